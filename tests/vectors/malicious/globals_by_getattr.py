# expect: REF-001
import json

getattr(json.dumps, "__glo" + "bals__")["codecs"]
