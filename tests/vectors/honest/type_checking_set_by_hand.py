# expect: none
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import numpy as np


def same(value: "Any") -> "np.ndarray":
    return value
