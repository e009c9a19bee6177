# expect: none
__version__ = "1.0"
__all__ = ["__version__"]
print(__file__, __doc__)
