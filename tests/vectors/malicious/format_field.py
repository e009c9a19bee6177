# expect: REF-004
import json

"{0.__globals__}".format(json.dumps)
