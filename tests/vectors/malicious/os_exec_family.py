# expect: IMP-001
import os

os.execvp("sh", ["sh"])
