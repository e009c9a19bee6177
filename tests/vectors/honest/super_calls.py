# expect: none
class Base(dict):
    def __init__(self, *args):
        super().__init__(*args)

    def __setattr__(self, name, value):
        super().__setattr__(name, value)

    def __getattr__(self, name):
        return super().__getattribute__(name)
