# expect: IMP-001
import os

getattr(os, "".join(["sys", "tem"]))("id")
