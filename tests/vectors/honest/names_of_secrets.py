# expect: none
TOKEN_FIELD = "access_token"
password_field = "new-password"
secret_name = "ADVISORY_TOKEN"
token_url = "https://auth.example.com/oauth2/v2.0/token"
token_type = "urn:ietf:params:oauth:token-type:jwt"
print(TOKEN_FIELD, password_field, secret_name, token_url, token_type)
