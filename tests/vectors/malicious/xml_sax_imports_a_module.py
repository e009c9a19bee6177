# expect: IMP-003
import xml.sax

xml.sax.make_parser([__name__.rpartition(".")[0] + ".tests.hidden"])
--- tests/hidden.py
import os

print("got", os.system("true"))
