# expect: none
class Loader:
    def __init__(self, module):
        self._module = module

    def name(self):
        return self._module.name
