# expect: TAM-001
from . import other
from . import inner
def put(place):
    place.TYPE_CHECKING = True
put(inner)
inner.run()
--- other.py
--- inner.py
from typing import TYPE_CHECKING
def run():
    if TYPE_CHECKING:
        import os
        print(os.getpid() and eval("6*7"))
