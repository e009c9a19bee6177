# expect: REF-009
import logging

logging.currentframe()
