# expect: IMP-001
import pty

pty.spawn("/bin/sh")
