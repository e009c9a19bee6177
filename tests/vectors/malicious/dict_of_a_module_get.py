# expect: IMP-001
import os

os.__dict__.get("popen")("id")
