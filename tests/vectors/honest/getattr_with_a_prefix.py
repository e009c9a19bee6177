# expect: none
class Commands:
    def do_add(self, a, b):
        return a + b

    def run(self, name, *args):
        return getattr(self, "do_" + name)(*args)

    def shown(self, name):
        return getattr(self, f"show_{name}")()
