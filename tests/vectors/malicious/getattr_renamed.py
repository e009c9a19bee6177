# expect: IMP-001
import os

look = getattr
look(os, "system")("id")
