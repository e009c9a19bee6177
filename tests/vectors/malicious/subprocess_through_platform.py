# expect: IMP-001
import platform

platform.subprocess.run(["id"])
