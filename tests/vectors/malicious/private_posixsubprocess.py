# expect: IMP-005
import _posixsubprocess
