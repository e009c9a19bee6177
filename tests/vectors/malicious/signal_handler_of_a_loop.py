# expect: TAM-002
import asyncio
loop = asyncio.new_event_loop()
loop.add_signal_handler(15, print)
print(42)
