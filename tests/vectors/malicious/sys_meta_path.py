# expect: IMP-003
import sys

sys.meta_path.append(object())
