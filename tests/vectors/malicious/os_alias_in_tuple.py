# expect: IMP-001
import os, json

loader, shell = json, os
shell.system("id")
