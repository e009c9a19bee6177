# expect: IMP-001
from socketserver import ForkingTCPServer

ForkingTCPServer(("", 80), None)
