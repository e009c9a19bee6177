# expect: none
try:
    import tomllib
except ImportError:
    tomllib = None


def read(text):
    return tomllib.loads(text) if tomllib is not None else {}
