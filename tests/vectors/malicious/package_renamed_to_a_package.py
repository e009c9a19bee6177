# expect: TAM-001
__package__ = "importlib"
from . import import_module as bring

print("got", bring("os").system("true"))
