# expect: SRC-005
access = "user"
if access != "none‮ ⁦# only for an administrator⁩ ⁦":
    print("granted")
