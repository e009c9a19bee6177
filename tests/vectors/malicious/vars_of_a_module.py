# expect: IMP-001
import os

vars(os)["system"]("id")
