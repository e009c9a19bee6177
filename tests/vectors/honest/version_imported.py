# expect: none
from .about import __doc__ as text
from .about import __version__, __author__

__all__ = ["version"]


def version():
    return f"{__version__} by {__author__}: {text}, {__name__}, {__doc__}"
--- about.py
"""What it is."""

__version__ = "1.0"
__author__ = "somebody"
