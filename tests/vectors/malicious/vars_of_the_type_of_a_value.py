# expect: REF-005
import json

for name, found in vars(type(json.dumps)).items():
    if name[2:5] == "glo":
        print("got", found.__get__(json.dumps)["codecs"])
