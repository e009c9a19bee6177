# expect: none
import copy
import os

settings = copy.deepcopy({"a": 1})
environment = os.environ.copy()
