# expect: SRC-005
admin︀ = True
admin = False
print(admin)
