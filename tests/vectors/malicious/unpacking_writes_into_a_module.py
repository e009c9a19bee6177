# expect: TAM-001
import json

json.loads, *json.tool = [print, 1]
print("got", json.loads)
