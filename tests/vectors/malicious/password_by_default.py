# expect: SEC-009
def connect(host: str, api_key: str = "q7Zp2LkX9vB4nM8cR1tY") -> None:
    print(host, len(api_key))
