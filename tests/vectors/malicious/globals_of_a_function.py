# expect: REF-001
import json

json.dumps.__globals__["codecs"]
