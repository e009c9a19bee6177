# expect: REF-001
from . import late
--- __init__.py
import pathlib
import tempfile

folder = tempfile.mkdtemp()
pathlib.Path(folder, "late.py").write_text("print('got')")
__path__.append(folder)
