# expect: none
import re


def find(pattern, text):
    return re.search(pattern, text)
