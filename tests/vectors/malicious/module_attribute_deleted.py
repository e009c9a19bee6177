# expect: TAM-001
import json

del json.loads
