# expect: SEC-002
ID = "AKIA" "EP" + "YO2TZ7BPFLKWYL"
print(len(ID))
