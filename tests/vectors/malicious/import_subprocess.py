# expect: IMP-001
import subprocess

subprocess.run(["id"])
