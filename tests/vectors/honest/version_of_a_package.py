# expect: none
from importlib.metadata import PackageNotFoundError, version

try:
    installed = version("rows")
except PackageNotFoundError:
    installed = "unknown"
