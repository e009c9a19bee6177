# expect: IMP-006
from socket import *


def run(address):
    return inet_aton(address)
