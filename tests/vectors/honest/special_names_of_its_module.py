# expect: none
from .__about__ import __description__, __title__, __version_info__

__version_time__ = "2024-05-01"
__flags__ = {"strict": False}
__tidy__ = True


def about(wide):
    __width__ = 80 if wide else 40
    text = f"{__title__} {'.'.join(map(str, __version_info__))} ({__version_time__}): {__description__}"
    return text[:__width__] if __tidy__ and not __flags__["strict"] else text


def __private_helper__(value):
    return value


def run(value):
    return __private_helper__(value)

--- __about__.py
__title__ = "tables"
__description__ = "Reads tables."
__version_info__ = (1, 2)
