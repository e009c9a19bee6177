# expect: REF-003
def fill(owner, name):
    setattr(owner, name, {"x=print(1)": int})
