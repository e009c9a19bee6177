# expect: REF-004
import logging

record = logging.makeLogRecord({"made": logging.info})
print("got", logging.Formatter("{made.__globals__}", style="{").format(record)[:30])
