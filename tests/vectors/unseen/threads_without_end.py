# expect: none
import threading


def crowd(count):
    for _ in range(count):
        threading.Thread(target=threading.Event().wait, daemon=True).start()
