# expect: REF-006
import os

print("got", "{0.system}".format(os))
