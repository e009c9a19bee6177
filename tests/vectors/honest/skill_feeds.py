# expect: none
"""Reads XML feeds and web addresses that are given as text."""

import email.utils
import html
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit
from xml.sax.saxutils import escape, quoteattr

from skillpod import tool

ATOM = "{http://www.w3.org/2005/Atom}"


class Text(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts, self.links, self._skipped = [], [], 0

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "style"):
            self._skipped += 1
        elif tag == "a":
            self.links.append(dict(attrs).get("href"))

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._skipped -= 1

    def handle_data(self, data):
        if not self._skipped:
            self.parts.append(data)


@tool(read_only=True)
def entries(xml: str, base: str = "https://example.org/") -> list[dict]:
    """Read the entries of an RSS or Atom feed."""
    try:
        root = ET.fromstring(xml)
    except ET.ParseError as error:
        raise ValueError("not XML: line %d, column %d" % error.position) from None
    found = []
    for item in [*root.iter("item"), *root.iter(f"{ATOM}entry")]:
        title = item.findtext("title") or item.findtext(f"{ATOM}title") or ""
        link = item.findtext("link") or next((each.get("href") for each in item.iter(f"{ATOM}link")), "")
        date = item.findtext("pubDate")
        parser = Text()
        parser.feed(item.findtext("description") or "")
        found.append(
            {
                "title": html.unescape(title),
                "link": urljoin(base, link),
                "date": email.utils.parsedate_to_datetime(date).isoformat() if date else None,
                "text": " ".join("".join(parser.parts).split()),
            }
        )
    return found


@tool(read_only=True)
def clean(address: str) -> str:
    """Take tracking parameters out of a web address."""
    parts = urlsplit(address)
    query = [(key, value) for key, value in parse_qsl(parts.query) if not key.startswith("utm_")]
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))


@tool(read_only=True)
def opml(feeds: dict[str, str]) -> str:
    """Write a list of feeds as OPML."""
    root = ET.Element("opml", version="2.0")
    body = ET.SubElement(root, "body")
    for title, address in feeds.items():
        ET.SubElement(body, "outline", text=title, xmlUrl=address)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + f"<!-- {escape('made')} {quoteattr('by hand')} -->"
