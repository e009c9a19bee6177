# expect: none
from pickle import PicklingError
import builtins
import gc
import signal
from subprocess import CalledProcessError, list2cmdline
from sysconfig import get_platform


def describe(error):
    if isinstance(error, (CalledProcessError, PicklingError)):
        return signal.Signals(signal.SIGTERM).name, list2cmdline(["a b"]), get_platform(), gc.collect(), builtins.len("a")
    return None
