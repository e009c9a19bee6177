# expect: REF-006
import os

print("got", getattr(0, "nothing", os).system("true"))
