# expect: REF-001
class Tool:
    def run(self):
        return [].__reduce_ex__(2)
