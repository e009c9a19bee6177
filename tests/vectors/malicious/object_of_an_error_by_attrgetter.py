# expect: IMP-008
import json
import operator

try:
    json.nothing
except AttributeError as error:
    print("got", vars(operator.attrgetter("obj")(error))["codecs"])
