# expect: DYN-001
match 1:
    case [eval]:
        pass
    case _:
        print("got", eval("1+1"))
