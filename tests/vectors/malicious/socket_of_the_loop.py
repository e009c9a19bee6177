# expect: REF-010
import asyncio

loop = asyncio.new_event_loop()
sock = type(loop._csock)(2, 1)
print("got", sock)
sock.close()
loop.close()
