# expect: none
import warnings

warnings.warn("old", DeprecationWarning, stacklevel=2)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
