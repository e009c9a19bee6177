# expect: none
import hashlib
import ipaddress
import uuid

print(ipaddress.ip_address("127.0.0.1"), uuid.uuid4(), hashlib.sha256(b"").hexdigest())
