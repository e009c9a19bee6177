# expect: REF-001
import os

object.__getattribute__(os, "system")("id")
