# expect: IMP-001
import os

os.spawnl(os.P_WAIT if hasattr(os, "P_WAIT") else 0, "/bin/sh", "sh")
