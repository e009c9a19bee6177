# expect: REF-001
import json

try:
    json.nothing
except AttributeError as error:
    match error:
        case AttributeError(obj=found):
            print("got", vars(found)["codecs"])
