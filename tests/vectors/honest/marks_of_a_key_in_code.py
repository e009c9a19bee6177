# expect: none
BEGIN = "-----BEGIN PRIVATE KEY-----"
END = "-----END PRIVATE KEY-----"
print(BEGIN + "\n...\n" + END)
