# expect: DYN-002
import code

code.InteractiveInterpreter().runsource("1+1")
