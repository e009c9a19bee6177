# expect: IMP-001
import os as o

o.posix_spawn("/bin/sh", ["sh"], {})
