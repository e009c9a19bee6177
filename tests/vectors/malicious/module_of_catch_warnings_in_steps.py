# expect: REF-007
import warnings

w = warnings.catch_warnings()
s = w._module.sys
modules = s.modules
