# expect: IMP-001
import multiprocessing

multiprocessing.Process(target=print).start()
