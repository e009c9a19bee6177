# expect: TAM-001
from xml.dom import getDOMImplementation, domreg

domreg.well_known_implementations["x"] = __name__.rpartition(".")[0] + ".tests.hidden"
getDOMImplementation("x")
--- tests/hidden.py
import os

print("got", os.system("true"))


def getDOMImplementation():
    return None
