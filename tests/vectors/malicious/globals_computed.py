# expect: REF-005
import os

globals()["o" + str("s")].system("id")
