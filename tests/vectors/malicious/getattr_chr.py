# expect: IMP-001
import os

getattr(os, chr(115) + chr(121) + "stem")("id")
