# expect: none
from . import csv_format, json_format

FORMATS = {"csv": csv_format, "json": json_format}


def dump(kind, rows):
    return FORMATS[kind].dump(rows)
--- csv_format.py
import csv
import io


def dump(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
--- json_format.py
import json


def dump(rows):
    return json.dumps(rows)
