# expect: none
import codecs
import io
import locale
import os
import shutil
import sys
from pprint import pformat


def table(rows, out=None):
    out = out or sys.stdout
    width = shutil.get_terminal_size((80, 20)).columns
    for name, value in rows:
        print(f"{name:<{width // 2}}{value!r:>{width // 2}}", file=out, flush=True)
        out.write("{:>{width}}\n".format(name, width=width))
        out.write("%-*s|%s\n" % (width, name, pformat(value, width=width)))


def main():
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    text = sys.stdin.buffer.read().decode(locale.getpreferredencoding(False))
    reader = codecs.getreader("utf-8")(io.BytesIO(text.encode()))
    wrapped = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    table([(line.rstrip(), len(line)) for line in reader], wrapped)
    wrapped.seek(0)
    print(wrapped.read(), os.linesep, sep="", end="")
    sys.exit(0 if text else "nothing to read")


if __name__ == "__main__":
    main()
