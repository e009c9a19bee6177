# expect: IMP-008
import json
import sys

try:
    json.nothing
except AttributeError:
    print("got", vars(sys.exception().obj)["codecs"])
