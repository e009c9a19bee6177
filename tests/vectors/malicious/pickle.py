# expect: DYN-003
import pickle

pickle.loads(b"")
