# expect: IMP-001
import os

vars(os).get("system")("id")
