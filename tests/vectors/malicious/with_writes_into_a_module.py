# expect: TAM-001
import contextlib
import json

with contextlib.nullcontext(print) as json.loads:
    pass
print("got", json.loads)
