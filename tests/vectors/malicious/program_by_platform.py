# expect: IMP-001
from platform import _syscmd_file as look

look("/bin/sh")
