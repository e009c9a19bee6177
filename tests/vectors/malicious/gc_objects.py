# expect: TAM-002
import gc

gc.get_objects()
