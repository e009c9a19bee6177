# expect: SEC-007
DSN = "postgresql://reports:k9Vw2mPq7z@db.internal.acme.io:5432/main"
print(DSN[:4])
