# expect: none
from dataclasses import dataclass


@dataclass
class Machine:
    os: str
    sys: str = ""


def show(machine):
    return machine.os.lower(), machine.sys or machine.os.name, f"{machine.os}"
