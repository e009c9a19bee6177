# expect: none
import contextlib
import logging
import sys
import traceback


class ToolError(Exception):
    code = 1

    def __init__(self, message, *, hint=None, **details):
        super().__init__(message)
        self.hint = hint
        self.__dict__.update(details)

    def __str__(self):
        text = super().__str__()
        return f"{text} ({self.hint})" if self.hint else text


class NotThere(ToolError, KeyError):
    code = 2


def chain(error):
    while error is not None:
        yield f"{error.__class__.__name__}: {error}"
        error = error.__cause__ or error.__context__


def run(action, *args):
    try:
        return action(*args)
    except KeyError as error:
        raise NotThere(f"no {error.args[0]!r}", hint="see list") from error
    except (ValueError, ArithmeticError) as error:
        error.add_note("while running")
        logging.exception("failed: %s", error)
        raise
    finally:
        sys.stderr.flush()


def safely(action):
    with contextlib.suppress(ToolError):
        return action()
    kind, value, trace = sys.exc_info()
    return traceback.format_exc(), kind, value, trace is None
