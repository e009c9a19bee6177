# expect: none
from importlib import resources
from importlib.resources import files


def table():
    return files(__package__).joinpath("table.json").read_text()
