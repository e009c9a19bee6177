# expect: REF-006
import urllib.request


def run(address):
    match urllib.request:
        case module:
            return module.urlopen(address)
