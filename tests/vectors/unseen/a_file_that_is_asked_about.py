# expect: none
import os


def is_there(place):
    return os.path.exists(place)
