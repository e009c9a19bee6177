# expect: none
import ast


def names(text):
    return [node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)]
