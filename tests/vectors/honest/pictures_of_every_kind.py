# expect: none
"""Pictures of every kind."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Pictures of every kind."
--- a.png base64
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOoBwAAgQCA05RTSgAAAABJRU5ErkJggg==
--- b.gif base64
R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAkQBADs=
--- c.jpg base64
/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAj/
wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z
--- d.svg
<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>
--- beep.wav base64
UklGRigAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQQAAACAgYB/
