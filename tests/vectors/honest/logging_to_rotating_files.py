# expect: none
import logging
from logging.handlers import MemoryHandler, QueueHandler, RotatingFileHandler

logging.basicConfig(level=logging.INFO, format="%(message)s")
logging.getLogger("rows").addHandler(RotatingFileHandler("/tmp/rows.log", maxBytes=1000))
print(MemoryHandler, QueueHandler, logging.FileHandler)
