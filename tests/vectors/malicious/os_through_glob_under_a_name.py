# expect: IMP-001
import glob as g

g.os.popen("id")
