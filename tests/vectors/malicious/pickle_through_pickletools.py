# expect: DYN-003
import pickletools

pickletools.pickle.loads(b"") if hasattr(pickletools, "pickle") else None
