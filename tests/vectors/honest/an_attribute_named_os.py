# expect: none
class Machine:
    def __init__(self, os):
        self.os = os

    def name(self):
        return self.os.name
