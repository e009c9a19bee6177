# expect: REF-009
import gc

gc.get_objects()
