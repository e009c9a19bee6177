# expect: IMP-001
import os

if (m := os):
    m.system("id")
