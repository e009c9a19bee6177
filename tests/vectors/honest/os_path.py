# expect: none
import os.path
from os import path


def extension(name):
    return os.path.splitext(path.basename(name))[1]
