# expect: REF-003
import os

getattr(*[os, "system"])("id")
