# expect: none
import threading

_local = threading.local()


def push(context):
    _local.__dict__.setdefault("stack", []).append(context)
