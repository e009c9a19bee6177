# expect: TAM-002
import gc

gc.disable()
