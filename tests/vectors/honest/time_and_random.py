# expect: none
import random
import secrets
import time
from datetime import datetime, time as clock, timezone

print(time.time(), time.monotonic(), random.random(), secrets.token_hex(4), datetime.now(timezone.utc), clock.min)
