# expect: IMP-001
import os

half = "sys"
name = half + "tem"
getattr(os, name)("id")
