# expect: DYN-001
import tests.inner.helper
--- tests/inner/helper.py
exec("1")
