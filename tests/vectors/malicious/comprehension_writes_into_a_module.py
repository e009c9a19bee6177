# expect: TAM-001
import json

[0 for json.loads in [print]]
print("got", json.loads)
