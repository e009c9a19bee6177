# expect: IMP-001
import mailcap

mailcap.findmatch({}, "x")
