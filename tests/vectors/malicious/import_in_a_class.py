# expect: IMP-001
class Tool:
    import subprocess
