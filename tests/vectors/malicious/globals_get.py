# expect: IMP-001
import os

globals().get("os").system("id")
