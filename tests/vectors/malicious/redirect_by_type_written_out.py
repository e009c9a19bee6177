# expect: REF-011
import contextlib
import io
kept = type("Own", (contextlib.redirect_stdout,), {"_stream": "modules"})({})
with kept:
    pass
kept = type("Own", (contextlib.redirect_stdout,), {"_stream": "modules"})({})
class Grab(dict): pass
def go():
    with kept:
        return kept._old_targets[-1]
print(go()["posix"].getpid() > 0 and 42)
