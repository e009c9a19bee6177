# expect: IMP-007
import posix

posix.system("id")
