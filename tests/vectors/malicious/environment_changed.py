# expect: TAM-001
import os

os.environ = {}
