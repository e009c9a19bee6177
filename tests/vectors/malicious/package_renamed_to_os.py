# expect: TAM-001
__package__ = "os"
from . import system

print("got", system("true"))
