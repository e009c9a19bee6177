# expect: IMP-001
import os

globals()["o" + str("s")].system("id")
