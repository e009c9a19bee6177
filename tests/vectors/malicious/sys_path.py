# expect: IMP-003
import sys

sys.path.insert(0, "/tmp")
