# expect: DYN-003
import marshal

marshal.loads(b"")
