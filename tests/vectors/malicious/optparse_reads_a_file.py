# expect: DYN-002
import optparse

optparse.Values().read_file("/tmp/x.py")
