# expect: REF-006
import _thread


def start(module, function):
    return module.start_new_thread(function, ())


def run(function):
    return start(_thread, function)
