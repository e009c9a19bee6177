# expect: IMP-008
import json


def look(error):
    print("got", vars(error.obj)["codecs"])


try:
    json.nothing
except AttributeError as error:
    look(error)
