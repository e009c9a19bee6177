# expect: none
import importlib.resources


def words():
    return importlib.resources.files(__package__).joinpath("words.txt").read_text(encoding="utf-8").split()
