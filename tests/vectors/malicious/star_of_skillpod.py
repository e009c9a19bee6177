# expect: IMP-006
from skillpod import *

logging.os.system("id")
