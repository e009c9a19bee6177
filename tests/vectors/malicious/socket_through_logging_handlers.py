# expect: CAP-001
import logging.handlers

logging.handlers.SocketHandler("example.com", 80)
