# expect: SEC-005
T = "sk_l" "ive_u37E" + "1fU5LR5QiBwKoRPtBNDZcM5m"
print(len(T))
