# expect: IMP-008
import json

try:
    try:
        json.nothing
    except AttributeError:
        1 / 0
except ZeroDivisionError as error:
    print("got", vars(error.__context__.obj)["codecs"])
