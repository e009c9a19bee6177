# expect: IMP-001
from subprocess import Popen as Reader

Reader(["id"])
