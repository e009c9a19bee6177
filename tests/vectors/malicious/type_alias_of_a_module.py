# expect: REF-006
import os
from typing import Annotated, get_args

found = get_args(Annotated[int, os])[1]
print("got", found.system("true"))
