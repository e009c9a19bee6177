# expect: REF-006
import os

(lambda m: m.system("id"))(os)
