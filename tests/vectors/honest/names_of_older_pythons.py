# expect: none
try:
    from collections import Mapping
    from itertools import izip as zip
    from urllib import quote
except ImportError:
    from collections.abc import Mapping
    from urllib.parse import quote

import base64
import inspect
import string

decode = getattr(base64, "decodebytes", None) or base64.decodestring
spec = inspect.getfullargspec if hasattr(inspect, "getfullargspec") else inspect.getargspec
letters = string.ascii_letters if hasattr(string, "ascii_letters") else string.letters
print(Mapping, zip, quote, decode, spec, letters)
