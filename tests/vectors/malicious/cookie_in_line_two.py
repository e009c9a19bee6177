# expect: SRC-002
# -*- coding: raw_unicode_escape -*-
print(1)
