# expect: none
from . import parser
from .words import say as speak
import words

print(parser.parse("x"), speak(), words.say())
--- parser.py
import re


def parse(text):
    return re.findall("x", text)
--- words.py
def say():
    return "hello"
