# expect: DYN-004
from typing import _eval_type
