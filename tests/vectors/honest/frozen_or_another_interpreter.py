# expect: none
import sys

FROZEN = getattr(sys, "frozen", False)
PYPY = getattr(sys, "pypy_version_info", None) is not None
VERSION = sys.pypy_version_info if hasattr(sys, "pypy_version_info") else sys.version_info
