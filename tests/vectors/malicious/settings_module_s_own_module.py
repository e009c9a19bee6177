# expect: IMP-001
import sysconfig


def run():
    return sysconfig.os.system("id")
