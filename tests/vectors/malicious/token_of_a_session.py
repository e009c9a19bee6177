# expect: SEC-006
T = "eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9.eyJzdWIiOiAiamFuZSIsICJleHAiOiAxOTk5OTk5OTk5LCAicm9sZSI6ICJhZG1pbiJ9." "jQgB8MuTdzLDRPHaXhuTWUDsf4-bsx6bpDNBIzsHdw0"
print(len(T))
