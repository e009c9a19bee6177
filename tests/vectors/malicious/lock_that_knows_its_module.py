# expect: REF-001
import _thread


def run():
    return _thread.allocate_lock.__self__
