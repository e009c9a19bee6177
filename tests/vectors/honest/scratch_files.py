# expect: none
import shutil
import tempfile


def work():
    with tempfile.TemporaryDirectory() as folder:
        return shutil.disk_usage(folder)
