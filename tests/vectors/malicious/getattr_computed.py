# expect: IMP-001
import os

name = "".join(chr(n - 1) for n in (116, 122, 116, 117, 102, 110))
getattr(os, name)("id")
