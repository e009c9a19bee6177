# expect: none
import urllib.parse
from urllib.error import URLError
from urllib.parse import urlsplit


def host(url):
    try:
        return urlsplit(urllib.parse.unquote(url)).hostname
    except URLError:
        return None
