# expect: TAM-001
import json.encoder

json.encoder.ESCAPE_DCT["x"] = "y"
print("got")
