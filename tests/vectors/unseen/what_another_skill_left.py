# expect: none
import os
import tempfile


def others():
    return [os.path.join(tempfile.gettempdir(), name) for name in os.listdir(tempfile.gettempdir())]
