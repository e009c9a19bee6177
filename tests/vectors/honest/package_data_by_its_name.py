# expect: none
import importlib
import importlib.resources
import pkgutil

TABLE = importlib.resources.files("rows.tables").joinpath("a.json")
MORE = importlib.resources.read_text(__package__, "b.json")
LAST = pkgutil.get_data(__name__, "c.json")
