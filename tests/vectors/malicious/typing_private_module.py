# expect: IMP-005
import _thread

_thread.start_new_thread(print, ())
