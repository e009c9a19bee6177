# expect: IMP-001
import asyncio.subprocess

asyncio.subprocess.create_subprocess_shell("id")
