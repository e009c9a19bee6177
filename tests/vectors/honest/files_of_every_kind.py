# expect: none
import bz2
import configparser
import csv
import gzip
import io
import lzma
import mailbox
import shutil
import sqlite3
import tarfile
import tempfile
import wave
import zipfile

with tempfile.TemporaryDirectory() as folder, gzip.open(f"{folder}/a.gz", "wt") as out, sqlite3.connect(":memory:") as rows:
    csv.writer(out).writerows(rows.execute("select 1"))
    zipfile.ZipFile(io.BytesIO(), "w").writestr("a", "b")
    tarfile.open(fileobj=io.BytesIO(), mode="w:gz")
    configparser.ConfigParser().read("a.ini")
    print(bz2.open("b.bz2").read(), lzma.open("c.xz").read(), mailbox.mbox("d.mbox"), wave.open("e.wav"))
    shutil.copyfile("a", "b")
