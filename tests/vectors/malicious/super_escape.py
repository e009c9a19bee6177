# expect: REF-001
class Tool:
    def run(self):
        return super().__self_class__
