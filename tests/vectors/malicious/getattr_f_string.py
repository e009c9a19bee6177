# expect: IMP-001
import os

getattr(os, f"{'sys'}tem" if False else "system")("id")
