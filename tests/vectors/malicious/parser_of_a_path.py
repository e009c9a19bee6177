# expect: IMP-001
import pathlib


def go(m):
    print("got", vars(vars(m)["os"])["system"]("true"))


path = pathlib.PurePath("x")
go(getattr(path, "parser", None) or getattr(getattr(path, "_flavour"), "pathmod", path._flavour))
