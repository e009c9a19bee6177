# expect: TAM-001
import json

type(json.JSONEncoder()).default = lambda self, value: "got"
print(json.dumps({1: {2}}))
