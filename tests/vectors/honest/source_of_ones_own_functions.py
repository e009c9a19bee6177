# expect: none
import inspect


def rows():
    """Rows."""


print(inspect.getsource(rows), inspect.getfile(rows), inspect.signature(rows), inspect.get_annotations(rows))
print(inspect.getdoc(rows), inspect.getfullargspec(rows))
