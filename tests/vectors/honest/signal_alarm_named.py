# expect: none
from signal import Signals


def words(code):
    return Signals(code).name if code > 0 else "ended"
