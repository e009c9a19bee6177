# expect: SRC-005
# ⁧ check only ⁩ ⁦ if admin
print(1)
