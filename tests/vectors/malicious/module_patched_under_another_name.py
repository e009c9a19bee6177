# expect: TAM-001
import json

codec = json
codec.loads = print
print("got", json.loads)
