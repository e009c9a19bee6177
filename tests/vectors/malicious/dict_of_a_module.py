# expect: IMP-001
import os

os.__dict__["system"]("id")
