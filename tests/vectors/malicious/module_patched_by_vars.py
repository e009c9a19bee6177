# expect: TAM-001
import json

vars(json)["loads"] = print
