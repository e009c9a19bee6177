# expect: none
socket = {"port": 80}


def port():
    return socket["port"]
