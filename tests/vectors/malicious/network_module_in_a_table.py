# expect: REF-006
import socket

MODULES = {"net": [socket]}


def run(address):
    for each in MODULES.get("net"):
        return each.create_connection(address)
