# expect: IMP-001
import os as tool

if __name__ == "never":
    tool = first if __doc__ else second
second = tool
first = tool
print("got", second.system("true"))
