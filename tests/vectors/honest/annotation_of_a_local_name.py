# expect: none
import hashlib


def digest(data):
    found: hashlib._Hash = hashlib.sha256(data)
    return found.hexdigest()
