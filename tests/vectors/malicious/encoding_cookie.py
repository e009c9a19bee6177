# expect: SRC-002
# -*- coding: utf-7 -*-
x = 1
