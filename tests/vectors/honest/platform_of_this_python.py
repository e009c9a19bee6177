# expect: none
import sysconfig


def tag():
    return sysconfig.get_platform().replace("-", "_") + sysconfig.get_python_version()
