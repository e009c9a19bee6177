# expect: IMP-007
from signal import raise_signal

raise_signal(9)
