# expect: REF-004
import logging


def numbers():
    yield 1


record = logging.makeLogRecord({"made": numbers()})
print("got", logging.Formatter("{made.gi_frame.f_globals}", style="{").format(record)[:30])
