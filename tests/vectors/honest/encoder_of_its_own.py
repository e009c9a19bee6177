# expect: none
import datetime
import decimal
import json
import uuid
from dataclasses import asdict, is_dataclass
from pathlib import PurePath


class Encoder(json.JSONEncoder):
    def default(self, value):
        if isinstance(value, (datetime.date, datetime.time)):
            return value.isoformat()
        if isinstance(value, (decimal.Decimal, uuid.UUID, PurePath)):
            return str(value)
        if is_dataclass(value) and not isinstance(value, type):
            return asdict(value)
        if hasattr(value, "to_dict"):
            return value.to_dict()
        if hasattr(value, "__iter__"):
            return list(value)
        return super().default(value)


def read(text):
    return json.loads(text, object_hook=lambda found: {key.lower(): value for key, value in found.items()}, parse_float=decimal.Decimal)


def write(value):
    return json.dumps(value, cls=Encoder, sort_keys=True, separators=(",", ":"))
