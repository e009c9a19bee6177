# expect: none
import sys

if sys.version_info >= (3, 11) and sys.platform == "linux":
    print("ok", file=sys.stderr)
    limit = sys.maxsize
