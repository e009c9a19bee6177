# expect: none
import contextlib
import io


class Writer:
    _stream = None

    def __init__(self, stream):
        self._stream = stream

    def write(self, text):
        self._stream.write(text)


def captured(function):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        function()
    Writer(out).write("end")
    return out.getvalue()
