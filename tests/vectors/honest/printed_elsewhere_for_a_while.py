# expect: none
import contextlib
import io


def captured(function):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        function()
    return out.getvalue()
