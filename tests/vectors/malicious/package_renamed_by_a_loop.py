# expect: TAM-001
for __package__ in ["os"]:
    from . import system

    print("got", system("true"))
