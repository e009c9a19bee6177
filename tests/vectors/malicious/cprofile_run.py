# expect: DYN-002
import cProfile

cProfile.run("1+1")
