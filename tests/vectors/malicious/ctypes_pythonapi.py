# expect: IMP-002
from ctypes import pythonapi

pythonapi.PyRun_SimpleString(b"1")
