# expect: IMP-003
from warnings import _getcategory

_getcategory("tests.payload.Rows")
