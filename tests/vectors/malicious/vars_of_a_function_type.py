# expect: REF-005
import json
import types

for name, found in vars(types.FunctionType).items():
    if name[2:5] == "glo":
        print("got", found.__get__(json.dumps)["codecs"])
