# expect: REF-007
from typing import Optional

Optional["print('got')"].__args__[0]._evaluate(None, None, frozenset())
