# expect: IMP-004
from numpy import array
