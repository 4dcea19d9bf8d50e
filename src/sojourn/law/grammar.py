"""The condition language of the rule table: a small grammar, parsed and never run as code.

    condition  := alternative {OR alternative}
    alternative:= term {AND term}
    term       := NOT term | ( condition ) | true | comparison
    comparison := operand operator value
    operator   := = | != | < | <= | > | >= | in | includes
    operand    := attribute | @parameter
    value      := literal | attribute | @parameter | {code, code} | [letter, letter]

`NOT` binds tighter than `AND`, `AND` tighter than `OR`. An ordering against `none` is false.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sojourn.inputs.errors import InputError, nearest

Value = bool | int | float | str | date | frozenset[str] | None
"""What a fact or a parameter can be: `none` is None, lists are sets."""

ORDERINGS = ("<", "<=", ">", ">=")
_TOKEN = re.compile(
    r"\s*(?:(?P<op><=|>=|!=|=|<|>)|(?P<mark>[(){}\[\],])|(?P<word>@?[A-Za-z0-9_][A-Za-z0-9_.-]*))"
)


@dataclass(frozen=True)
class Attribute:
    """A fact by name."""

    name: str


@dataclass(frozen=True)
class Parameter:
    """A dated value of the law by name."""

    name: str


@dataclass(frozen=True)
class Literal:
    """A value written in the table; `text` is how it was written."""

    value: Value
    text: str


Operand = Attribute | Parameter | Literal


@dataclass(frozen=True)
class Compare:
    """One comparison; `text` is shown in trails."""

    left: Operand
    op: str
    right: Operand
    text: str


@dataclass(frozen=True)
class Not:
    """Holds when its term does not."""

    term: Node
    text: str


@dataclass(frozen=True)
class All:
    """Holds when every term does; without terms it always holds (`true`)."""

    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Either:
    """Holds when at least one term does."""

    terms: tuple[Node, ...]


Node = Compare | Not | All | Either
ALWAYS = All(())


@dataclass(frozen=True)
class Names:
    """What a condition may name: attribute types and code lists, parameter kinds."""

    types: Mapping[str, str]
    codes: Mapping[str, frozenset[str] | None]
    parameters: Mapping[str, str]


def terms_of(node: Node) -> frozenset[Node]:
    """The terms that must all hold (the node itself if it is not a conjunction)."""
    return frozenset(node.terms) if isinstance(node, All) else frozenset((node,))


def walk(node: Node) -> Iterator[Compare]:
    """Every comparison in the condition, left to right."""
    if isinstance(node, Compare):
        yield node
    elif isinstance(node, Not):
        yield from walk(node.term)
    else:
        for term in node.terms:
            yield from walk(term)


def operands(node: Node, kind: type[Attribute] | type[Parameter]) -> tuple[str, ...]:
    """Names of the attributes or parameters of a condition, in order, each once."""
    found: dict[str, None] = {}
    for term in walk(node):
        for side in (term.left, term.right):
            if isinstance(side, kind):
                found[side.name] = None
    return tuple(found)


def parse(text: str, names: Names, where: str) -> Node:
    """The condition as a tree. Raises InputError naming row and word on anything unknown."""
    return _Parser(text, names, where).condition()


def holds(left: Value, op: str, right: Value) -> bool:
    """One comparison of two values, with the meaning the specification gives each operator."""
    if op == "=":
        return left == right
    if op == "!=":
        return left != right
    if op == "in":
        return isinstance(right, frozenset) and left in right
    if op == "includes":
        return isinstance(left, frozenset) and right in left
    if left is None or right is None:
        return False
    return bool(COMPARE[op](left, right))


COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ORDERED = ("date", "number")


class _Parser:
    """Recursive descent over the tokens of one condition."""

    def __init__(self, text: str, names: Names, where: str) -> None:
        self.text, self.names, self.where = text, names, where
        self.tokens: list[tuple[str, int, int]] = []
        at = 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if not found or found.end() == at:
                raise self.error(text[at : at + 20], "a word, an operator or a bracket")
            self.tokens.append((found[0].strip(), found.end() - len(found[0].strip()), found.end()))
            at = found.end()
        self.at = 0

    def error(self, value: object, expected: str) -> InputError:
        return InputError(self.where, "condition", value, expected)

    def peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.peek()
        if not token or (expected and token not in expected):
            raise self.error(token or "the end", " or ".join(expected) or "more of the condition")
        self.at += 1
        return token

    def condition(self) -> Node:
        node = self.either()
        if self.peek():
            raise self.error(self.peek(), "AND, OR or the end of the condition")
        return node

    def either(self) -> Node:
        terms = [self.every()]
        while self.peek() == "OR":
            self.take()
            terms.append(self.every())
        return terms[0] if len(terms) == 1 else Either(tuple(terms))

    def every(self) -> Node:
        terms = [self.term()]
        while self.peek() == "AND":
            self.take()
            terms.append(self.term())
        return terms[0] if len(terms) == 1 else All(tuple(terms))

    def term(self) -> Node:
        start = self.tokens[self.at][1] if self.peek() else 0
        if self.peek() == "NOT":
            self.take()
            inner = self.term()
            return Not(inner, self.source(start))
        if self.peek() == "(":
            self.take()
            inner = self.either()
            self.take(")")
            return inner
        if self.peek() == "true":
            self.take()
            return ALWAYS
        return self.comparison(start)

    def source(self, start: int) -> str:
        return self.text[start : self.tokens[self.at - 1][2]]

    def comparison(self, start: int) -> Compare:
        left = self.left(self.take())
        op = self.take("=", "!=", *ORDERINGS, "in", "includes")
        kind, codes = self.kind_of(left)
        if op in ORDERINGS and kind not in _ORDERED:
            raise self.error(op, f"an operator for a {kind}")
        if (op == "includes") != (kind == "list") and op not in ("=", "!="):
            raise self.error(op, f"an operator for a {kind}")
        right = self.right(op, kind, codes)
        return Compare(left, op, right, self.source(start))

    def left(self, word: str) -> Attribute | Parameter:
        if word.startswith("@"):
            return self.parameter(word)
        if word not in self.names.types:
            raise self.error(word, nearest(word, self.names.types))
        return Attribute(word)

    def parameter(self, word: str) -> Parameter:
        if word[1:] not in self.names.parameters:
            raise self.error(word, nearest(word[1:], self.names.parameters))
        return Parameter(word[1:])

    def kind_of(self, side: Attribute | Parameter) -> tuple[str, frozenset[str] | None]:
        if isinstance(side, Parameter):
            return self.names.parameters[side.name], None
        return self.names.types[side.name], self.names.codes[side.name]

    def right(self, op: str, kind: str, codes: frozenset[str] | None) -> Operand:
        word = self.take()
        if word.startswith("@"):
            right = self.parameter(word)
            found = self.names.parameters[right.name]
            if found != ("list" if op == "in" else kind):
                raise self.error(word, f"a parameter that is a {kind}")
            return right
        if word in "{[":
            return self.items(word, op, kind, codes)
        if op in ("in", "[") or (kind == "list" and op != "includes"):
            raise self.error(word, "a list in brackets")
        if word in self.names.types and kind in _ORDERED:
            if self.names.types[word] != kind:
                raise self.error(word, f"an attribute that is a {kind}")
            return Attribute(word)
        return Literal(self.literal(word, kind, codes), word)

    def items(self, mark: str, op: str, kind: str, codes: frozenset[str] | None) -> Literal:
        if (mark == "{") != (op == "in"):
            raise self.error(mark, "braces after `in`, square brackets after = and !=")
        end = "}" if mark == "{" else "]"
        found: list[str] = []
        while self.peek() != end:
            found.append(self.code(self.take(), codes))
            if self.peek() != end:
                self.take(",")
        self.take(end)
        return Literal(frozenset(found), mark + ", ".join(found) + end)

    def code(self, word: str, codes: frozenset[str] | None) -> str:
        if codes is not None and word not in codes:
            raise self.error(word, nearest(word, codes))
        return word

    def literal(self, word: str, kind: str, codes: frozenset[str] | None) -> Value:
        if word == "none" and kind != "bool":
            return None
        if kind == "bool":
            if word not in ("true", "false"):
                raise self.error(word, "true or false")
            return word == "true"
        if kind in ("code", "list"):
            return self.code(word, codes)
        try:
            return date.fromisoformat(word) if kind == "date" else int(word)
        except ValueError:
            raise self.error(word, f"a {kind}") from None
