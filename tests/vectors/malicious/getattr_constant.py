# expect: IMP-001
import os

getattr(os, "system")("id")
