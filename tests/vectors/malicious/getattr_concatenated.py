# expect: IMP-001
import os

getattr(os, "sys" + "tem")("id")
