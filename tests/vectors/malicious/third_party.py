# expect: IMP-004
import requests

requests.get("https://example.com")
