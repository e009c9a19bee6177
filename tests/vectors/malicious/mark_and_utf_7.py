# expect: SRC-004
from . import other
print(other)
--- other.py base64
77u/IyBjb2Rpbmc6IHV0Zi03CnByaW50KDEpCg==
