# expect: IMP-001
import logging

logging.os.system("id")
