# expect: IMP-001
import os

globals()["os"].system("id")
