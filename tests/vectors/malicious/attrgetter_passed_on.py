# expect: REF-003
import json
import operator

list(map(operator.attrgetter, ["x"]))[0](json.dumps)
