# expect: IMP-001
try:
    import fast_shell as shell
except ImportError:
    import os as shell

shell.system("id")
