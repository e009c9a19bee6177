# expect: none
from dataclasses import dataclass, field
from typing import Optional, TypedDict, cast


class Options(TypedDict, total=False):
    parent: "Options"
    names: list["str"]


@dataclass
class Node:
    name: str
    parent: Optional["Node"] = None
    children: list["Node"] = field(default_factory=list)


def root(node: "Node") -> "Node":
    while node.parent is not None:
        node = cast("Node", node.parent)
    return node
