# expect: DYN-001
import json

json.codecs.builtins.eval("1+1")
