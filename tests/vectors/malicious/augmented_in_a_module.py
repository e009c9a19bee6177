# expect: TAM-001
import json.decoder

json.decoder.FLAGS |= 1
print("got")
