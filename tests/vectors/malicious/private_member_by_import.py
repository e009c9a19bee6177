# expect: IMP-010
from typing import _eval_type
