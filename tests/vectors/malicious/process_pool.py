# expect: IMP-001
from concurrent.futures import ProcessPoolExecutor

ProcessPoolExecutor().submit(print, 1)
