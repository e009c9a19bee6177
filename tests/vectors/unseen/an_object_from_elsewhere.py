# expect: none
def reach(line, address):
    line.connect(address)
    return line.recv(1000)
