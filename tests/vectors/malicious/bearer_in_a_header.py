# expect: SEC-009
HEADERS = {"Authorization": "Bearer q7Zp2LkX9vB4nM8cR1tYd5Ws"}
print(len(HEADERS))
