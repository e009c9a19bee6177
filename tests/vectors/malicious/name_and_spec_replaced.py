# expect: TAM-001
__spec__ = None
__package__ = None
__name__ = "os.path"
from . import system

print("got", system("true"))
