# expect: REF-007
import warnings


def run():
    return warnings.catch_warnings()._module.sys.modules
