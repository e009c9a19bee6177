# expect: none
import queue
import threading
from concurrent.futures import ThreadPoolExecutor

work = queue.Queue()
lock = threading.Lock()


def many(items):
    with ThreadPoolExecutor(4) as pool, lock:
        return list(pool.map(str, items))
