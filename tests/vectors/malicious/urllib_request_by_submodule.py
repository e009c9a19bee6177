# expect: CAP-001
import urllib.request as u

u.urlopen("https://example.com/")
