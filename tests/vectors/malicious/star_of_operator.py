# expect: REF-001
import json
from operator import *

print("got", attrgetter("_" * 2 + "globals" + "_" * 2)(json.dumps)["codecs"])
