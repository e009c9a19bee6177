# expect: SEC-009
settings = {"db_password": "k9#Vw2m!Pq7z"}
print(len(settings))
