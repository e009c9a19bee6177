# expect: IMP-001
import json
import os

helper = json if len(__name__) > 100 else os
helper.system("id")
