# expect: REF-006
import os

match os:
    case object(system=run):
        run("id")
