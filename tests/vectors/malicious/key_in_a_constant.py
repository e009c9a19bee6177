# expect: SEC-001
KEY = "-----BEGIN RSA " "PRIVATE KEY-----\n"\
    "mGlJ2OLxcWyJN5ZyiKn5smyFq55jyo1TMfsNhFv1cq4HjHQaO0IefjDed5Js\n" "fPfKim3vAK1UdskfqS1dXba9rELoXopBBnCrv7VzGgefw5JCNt"
print(len(KEY))
