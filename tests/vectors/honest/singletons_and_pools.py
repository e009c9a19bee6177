# expect: none
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from queue import Empty, Queue


class Pool:
    _instance = None
    _lock = threading.Lock()

    def __new__(cls, *args, **kwargs):
        with cls._lock:
            if cls._instance is None:
                cls._instance = super().__new__(cls)
                cls._instance.ready = False
        return cls._instance

    def __init__(self, size=4):
        if self.ready:
            return
        self.size, self.ready, self._jobs = size, True, Queue()
        self._stop = threading.Event()

    def __reduce__(self):
        return type(self), (self.size,)

    def drain(self):
        while not self._stop.is_set():
            try:
                job, args = self._jobs.get(timeout=0.01)
            except Empty:
                return
            job(*args)
            self._jobs.task_done()

    def map(self, function, items):
        with ThreadPoolExecutor(max_workers=self.size, thread_name_prefix="pool") as executor:
            futures = {executor.submit(function, item): item for item in items}
            return {futures[future]: future.result() for future in as_completed(futures)}

    def start(self):
        thread = threading.Thread(target=self.drain, name="drain", daemon=True)
        thread.start()
        thread.join(1)
        return threading.current_thread().name, thread.is_alive()
