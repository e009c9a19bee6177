# expect: none
SHA256 = "8723d39553ccaccfab54d946a2d207dc684477391c94c8286793b2b023a60e4e"
token_hash = "sha256:81e11e3f79aa766907508db2823ccd71ba82f4dee6a63c59620e66869002b6d0"
MD5 = "8b5ab9315bd0e3a34bff2aaf438c6b80"
password_hash = "$2b$12$86MtR80hbxuuYKz51bIIAHNuliYBA01yFdxCN4ki6E2UVnj4dfxo5"
ETAG = "6076bc3346eee21f5c7ff43fc2770c7173601e1c"
UUID = "8f14e45f-ceea-467f-a8b0-3c1e6b1d2f77"
print(SHA256, token_hash, MD5, password_hash, ETAG, UUID)
