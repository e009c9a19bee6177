# expect: IMP-010
from typing import _type_check
