# expect: DYN-001
exec("import os")
