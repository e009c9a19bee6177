# expect: REF-006
import logging


def go(m):
    print("got", vars(m)["os"])


go({"k": logging}.get("k"))
