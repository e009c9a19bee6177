# expect: TAM-001
import json

for name, json.loads in [("x", print)]:
    pass
print("got", json.loads)
