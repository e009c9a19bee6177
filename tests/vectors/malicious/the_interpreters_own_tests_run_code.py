# expect: IMP-003
from test.support import script_helper

print("got", script_helper.assert_python_ok("-c", "1"))
--- test/support/script_helper.py
X = 1
