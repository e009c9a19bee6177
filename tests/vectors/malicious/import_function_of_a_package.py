# expect: IMP-001
__import__("os").system("id")
