# expect: none
def label(os):
    return f"runs on {os}"


print(label("linux"))
