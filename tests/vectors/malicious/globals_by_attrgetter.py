# expect: REF-001
import json
import operator

operator.attrgetter("__globals__")(json.dumps)["codecs"]
