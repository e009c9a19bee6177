# expect: none
"""Evaluates formulas, by pattern matching; no eval."""

import ast
import math
import operator
import re
import shlex
from dataclasses import dataclass

from skillpod import tool

OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow}
FUNCTIONS = {name: getattr(math, name) for name in ("sin", "cos", "sqrt", "log", "exp")}
CONSTANTS = {"pi": math.pi, "e": math.e}


def evaluate(node):
    match node:
        case ast.Expression(body=body):
            return evaluate(body)
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -evaluate(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            a, b = evaluate(left), evaluate(right)
            if isinstance(op, ast.Pow) and abs(b) > 1000:
                raise ValueError("too large")
            return OPERATORS[type(op)](a, b)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](evaluate(argument))
        case _:
            raise ValueError(f"not allowed: {type(node).__name__}")


@dataclass
class Command:
    verb: str
    words: tuple = ()
    __match_args__ = ("verb", "words")


def answer(command):
    match command:
        case Command("add", [*numbers]) if numbers:
            return sum(map(float, numbers))
        case Command("say", [first, *rest]):
            return " ".join([first.capitalize(), *rest])
        case {"verb": str(verb), **rest}:
            return f"{verb} {rest}"
        case [x, y] | (x, y, _):
            return x, y
        case None | True | False:
            return repr(command)
        case str() as text if re.match(r"\w+$", text):
            return text
        case _:
            return "?"


@tool(read_only=True)
def calculate(formula: str) -> float:
    """Calculate a formula such as 2 * sin(pi / 4)."""
    return float(evaluate(ast.parse(formula, mode="eval")))


@tool(read_only=True)
def command(line: str) -> str:
    """Do what a line says."""
    verb, *words = shlex.split(line)
    return str(answer(Command(verb, tuple(words))))
