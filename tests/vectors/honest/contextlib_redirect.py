# expect: none
import contextlib
import io


def quiet(function):
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(ValueError):
        function()
    return out.getvalue()
