# expect: none
import sys


def inner(stream):
    found = stream or sys.stdout
    while hasattr(found, "wrapped_stream"):
        found = getattr(found, "wrapped_stream", found)
    return found


def label(words):
    text = ""
    for word in words:
        text = text + " " + word if text else word
    return text
