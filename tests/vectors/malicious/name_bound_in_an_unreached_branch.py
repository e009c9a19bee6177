# expect: DYN-001
if 0:
    def eval(text):
        return text

print("got", eval("1+1"))
