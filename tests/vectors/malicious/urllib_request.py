# expect: CAP-001
from urllib.request import urlopen

urlopen("https://example.com/").read()
