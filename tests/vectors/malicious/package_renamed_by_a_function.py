# expect: TAM-001
def rename(name):
    global __package__
    __package__ = name


rename("o" "s")
from . import system as run

print("got", run("true"))
