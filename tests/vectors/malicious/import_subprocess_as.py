# expect: IMP-001
import subprocess as toolbox

toolbox.check_output("id", shell=True)
