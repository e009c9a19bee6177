# expect: DYN-001
import enum

enum.bltns.eval("1+1")
