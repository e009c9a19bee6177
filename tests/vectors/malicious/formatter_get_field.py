# expect: REF-008
import json
import string

string.Formatter().get_field("0.__globals__", (json.dumps,), {})
