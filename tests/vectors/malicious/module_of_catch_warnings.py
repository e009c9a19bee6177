# expect: REF-010
import warnings

w = warnings.catch_warnings()
m = w._module
