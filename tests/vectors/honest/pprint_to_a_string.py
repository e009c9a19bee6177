# expect: none
import io
import pprint
import sys

out = io.StringIO()
pprint.pprint({"a": 1}, stream=out)
print(out.getvalue(), file=sys.stdout)
