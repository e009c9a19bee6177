# expect: REF-006
import importlib


def load(module):
    return module.import_module('os')


load(importlib)
