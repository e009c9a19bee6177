# expect: IMP-008
import json


def fail():
    try:
        json.nothing
    except AttributeError as error:
        raise ExceptionGroup("x", [error])


try:
    fail()
except* AttributeError as group:
    print("got", vars(group.exceptions[0].obj)["codecs"])
