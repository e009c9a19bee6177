# expect: IMP-005
import _socket

_socket.socket()
