# expect: none
import os

ZONE = os.environ.get("TZ", "UTC")
LEVEL = os.getenv("LEVEL") or "info"
