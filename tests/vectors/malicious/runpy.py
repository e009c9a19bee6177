# expect: IMP-003
import runpy

runpy.run_path("evil.txt")
