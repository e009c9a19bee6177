# expect: SRC-002
# vim: set fileencoding=cp1252 :
print(1)
