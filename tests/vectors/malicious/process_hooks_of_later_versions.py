# expect: DYN-002
import sys

sys.remote_exec(1, "/tmp/rows.py")
