# expect: REF-001
class Tool:
    def run(self):
        return self.run.__func__.__globals__
