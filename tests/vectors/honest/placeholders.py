# expect: none
API_KEY = "your-api-key-here"
TOKEN = "<TOKEN>"
password = "changeme"
secret_key = "${SECRET_KEY}"
api_token = "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
print(len(API_KEY + TOKEN + password + secret_key + api_token))
