# expect: none
try:
    import numpy as np
except ImportError:
    np = None

try:
    from wcwidth import wcswidth
except ModuleNotFoundError:
    wcswidth = len


def total(values):
    return sum(values) if np is None else float(np.sum(values))
