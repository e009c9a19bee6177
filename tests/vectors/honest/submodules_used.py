# expect: none
import concurrent.futures as futures
import json.decoder
import xml.etree.ElementTree as ET
from email import message_from_string, policy
from os import path
from xml.dom import minidom


def read(text):
    try:
        json.loads(text)
    except json.decoder.JSONDecodeError:
        message = message_from_string(text, policy=policy.default)
        return message["subject"]
    tree = ET.fromstring("<a/>")
    with futures.ThreadPoolExecutor() as pool:
        return list(pool.map(path.basename, [tree.tag])), minidom.parseString("<a/>").documentElement.tagName
