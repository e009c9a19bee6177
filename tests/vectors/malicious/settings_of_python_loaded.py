# expect: IMP-003
import sysconfig


def run():
    return sysconfig.get_config_vars()
