# expect: DYN-003
import pstats

pstats.Stats("/tmp/x")
