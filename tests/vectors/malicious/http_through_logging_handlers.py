# expect: CAP-001
from logging.handlers import HTTPHandler as Rows

Rows("example.com", "/?q=secret")
