# expect: none
import logging

logger = logging.getLogger(__name__)
logger.info("hello %s", "x")


def configure():
    logging.basicConfig(level=logging.INFO)
