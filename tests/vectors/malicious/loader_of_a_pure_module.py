# expect: REF-007
import errno


def take(name):
    return getattr(errno, name)


loader = take("_" * 2 + "loader" + "_" * 2)
print("got", loader.load_module("posix").system("true"))
