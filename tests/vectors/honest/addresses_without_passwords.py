# expect: none
A = "https://user@host.acme.io/path"
B = "postgres://user:password@localhost:5432/db"
C = "postgresql://{user}:{password}@{host}/db"
D = "https://example.com:8080/@scope/package"
E = "redis://:${REDIS_PASSWORD}@cache:6379/0"
print(A, B, C, D, E)
