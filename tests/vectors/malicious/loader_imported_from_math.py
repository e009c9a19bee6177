# expect: REF-007
from time import __loader__ as loader

print("got", loader.load_module("posix").system("true"))
