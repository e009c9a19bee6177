# expect: IMP-001
import os

getattr(os, "metsys"[::-1])("id")
