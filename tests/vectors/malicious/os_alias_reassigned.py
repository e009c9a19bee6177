# expect: IMP-001
import json
import os

m = json
m = os
m.system("id")
