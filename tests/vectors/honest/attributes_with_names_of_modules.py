# expect: none
def show(item):
    return item.code.upper(), item.signal.level, item.resource.name, item.select.value, item.socket.port, item.site.url
