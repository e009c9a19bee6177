# expect: REF-006
class Tool:
    import os as o


Tool().o.system("id")
