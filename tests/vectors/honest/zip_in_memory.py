# expect: none
import io
import zipfile


def names(content: bytes):
    return zipfile.ZipFile(io.BytesIO(content)).namelist()
