# expect: TAM-001
import json

setattr(json, "loads", print)
