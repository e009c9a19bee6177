# expect: SEC-003
T = "ghp_" "qJmd1xZ1N" + "HsSAXfNCD5RTMHsTc9HKU4Lyy2V"
print(len(T))
