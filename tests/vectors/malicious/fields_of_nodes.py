# expect: REF-010
import ast


def trick():
    return 0


trick._fields = ["_" * 2 + "globals" + "_" * 2]
print("got", dict(ast.iter_fields(trick)).popitem()[1]["ast"])
