# expect: IMP-007
import fcntl

fcntl.fcntl(3, 1)
