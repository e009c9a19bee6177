# expect: IMP-005
import _thread


def run():
    _thread.interrupt_main()
