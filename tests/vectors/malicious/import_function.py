# expect: IMP-003
os = __import__("os")
os.system("id")
