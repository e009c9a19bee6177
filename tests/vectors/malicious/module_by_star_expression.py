# expect: REF-006
import os


def go(*values, **named):
    print("got", named["m"].system("true"))


go(**dict(m=os))
