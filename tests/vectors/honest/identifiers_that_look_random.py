# expect: none
token_pattern = r"[A-Za-z0-9]{36}"
tokenizer = "bert-base-uncased-v2"
secret = get("db_password_2024")if False else None
keyboard_token = "QWERTYUIOPasdfgh123"
get = dict().get
print(token_pattern, tokenizer, secret, keyboard_token)
