# expect: IMP-002
import ctypes

ctypes.CDLL(None).system(b"id")
