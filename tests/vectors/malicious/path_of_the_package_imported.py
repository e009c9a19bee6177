# expect: REF-001
import pathlib
import tempfile

from . import __path__ as places

folder = tempfile.mkdtemp()
pathlib.Path(folder, "late.py").write_text("print('got')")
places.append(folder)
from . import late
