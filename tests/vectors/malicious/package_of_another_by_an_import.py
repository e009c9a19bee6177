# expect: TAM-001
from .other import place as __package__
from . import system

print("got", system("true"))
--- other.py
place = "os"
