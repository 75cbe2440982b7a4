"""`%{ … }%`: what a script asserts, in a small part of Python, of which nothing is ever executed.

The text is read as a syntax tree, and the tree is walked here: `assert`, `if`, assignments to plain names, `print`
(which is passed over), numbers, strings, tuples, comparisons, arithmetic. Whatever else Python has is unsupported, by
its name. Numbers stay small and nothing repeats, so an assertion ends soon. Must not be known here: what the names
stand for (`tcp_info`).
"""

import ast
import operator
import re
import warnings
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

from tcpsim.packetdrill.failures import CannotRun, Failed

CODE_AT_MOST: Final = 20_000  # characters of one assertion
DEPTH_AT_MOST: Final = 40  # of expressions in expressions
BITS_AT_MOST: Final = 256  # of a number; the longest that a kernel tells has 64
TEXT_AT_MOST: Final = 1_000  # characters of a message

# Names that packetdrill gives to what a kernel tells: a script that asks for one that is not there is no worse for it.
_TOLD_BY_KERNELS: Final = ("tcpi_", "bbr_", "dctcp_", "tcpv_", "SK_MEMINFO_", "TCPI_", "TCP_")

_Variables = MutableMapping[str, Any]


def run(code: str, variables: _Variables) -> None:
    """Make the assertions of a piece of code; what it assigns to names is added to `variables`.

    Raises Failed where one does not hold, CannotRun for what is not done here.
    """
    _run_each(_read(code).body, code, variables)


def _run_each(statements: list[ast.stmt], code: str, variables: _Variables) -> None:
    for statement in statements:
        match statement:
            case ast.Assert(test, message):
                if not _value(test, variables):
                    raise _does_not_hold(code, test, message, variables)
            case ast.If(test, then, otherwise):
                _run_each(then if _value(test, variables) else otherwise, code, variables)
            case ast.Assign(targets, value):
                _assign(targets, _value(value, variables), variables)
            case ast.AugAssign(ast.Name() as target, operation, value):
                result = _calculated(operation, _value(target, variables), _value(value, variables))
                _assign([target], result, variables)
            case ast.Pass() | ast.Expr(ast.Call(ast.Name("print")) | ast.Constant()):
                pass
            case ast.Expr(value):
                _value(value, variables)
            case _:
                raise _not_done(statement)


def _read(code: str) -> ast.Module:
    """The code as a tree. Raises Failed for what is not Python, or has no end."""
    if len(code) > CODE_AT_MOST:
        raise Failed(f"an assertion of {len(code):,} characters; {CODE_AT_MOST:,} is the most")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(f"{code}\n\n")  # the last line may be continued too
    except SyntaxError as error:
        raise Failed(f"this assertion is not Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError):
        raise Failed("this assertion is not Python, or nested too deeply") from None
    level: list[ast.AST] = [tree]
    for _ in range(DEPTH_AT_MOST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    if level:
        raise Failed(f"this assertion is nested too deeply: {DEPTH_AT_MOST} levels at most")
    return tree


def _assign(targets: list[ast.expr], value: Any, variables: _Variables) -> None:
    """Only numbers and strings get names: what has a name can be used often, and tuples of tuples would grow."""
    if type(value) is tuple:
        raise CannotRun("a name for a tuple in an assertion")
    for target in targets:
        if type(target) is not ast.Name:
            raise CannotRun(f"an assignment to {ast.unparse(target)} in an assertion")
        variables[target.id] = value


# ---- expressions -----------------------------------------------------------------------------------------------------


def _value(node: ast.expr, variables: Mapping[str, Any]) -> Any:
    """What an expression comes to: a number, a string, True, False, None, or a tuple of those."""
    match node:
        case ast.Constant(value):
            return _small(value)
        case ast.Name(name):
            return _named(name, variables)
        case ast.Tuple(items) | ast.List(items) | ast.Set(items):
            return tuple(_value(item, variables) for item in items)
        case ast.BoolOp(operation, operands):
            return _either_or_all(operation, operands, variables)
        case ast.UnaryOp(operation, operand):
            return _tried(_UNARY[type(operation)], _value(operand, variables))
        case ast.BinOp(left, operation, right):
            return _calculated(operation, _value(left, variables), _value(right, variables))
        case ast.Compare(left, operations, comparators):
            return _compared(left, operations, comparators, variables)
        case ast.IfExp(test, then, otherwise):
            return _value(then if _value(test, variables) else otherwise, variables)
        case ast.Call(ast.Name(name), arguments, []) if name in _FUNCTIONS:
            return _small(_tried(_FUNCTIONS[name], *(_value(argument, variables) for argument in arguments)))
    raise _not_done(node)


def _named(name: str, variables: Mapping[str, Any]) -> Any:
    if name in variables:
        return variables[name]
    if name.startswith(_TOLD_BY_KERNELS):
        raise CannotRun(name)
    raise Failed(f"the assertion speaks of {name}, and nothing has this name")


def _either_or_all(operation: ast.boolop, operands: list[ast.expr], variables: Mapping[str, Any]) -> Any:
    """`or` and `and`: those behind the one that decides are not looked at."""
    decisive = type(operation) is ast.Or
    value: Any = None
    for operand in operands:
        value = _value(operand, variables)
        if bool(value) is decisive:
            break
    return value


def _compared(
    left: ast.expr, operations: list[ast.cmpop], comparators: list[ast.expr], variables: Mapping[str, Any]
) -> bool:
    """`a < b < c`: each is looked at once, and none behind a comparison that does not hold."""
    value = _value(left, variables)
    for operation, comparator in zip(operations, comparators, strict=True):
        other = _value(comparator, variables)
        if not _tried(_COMPARISONS[type(operation)], value, other):
            return False
        value = other
    return True


def _calculated(operation: ast.operator, left: Any, right: Any) -> Any:
    """Arithmetic on numbers, and `%` on a string with what it is to hold."""
    if type(left) is str and type(operation) is ast.Mod:
        return _formatted(left, right)
    if type(operation) not in _ARITHMETIC:
        raise CannotRun(f"{type(operation).__name__} in an assertion")
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        raise Failed("the assertion calculates with something that is no number")
    grows = type(operation) in {ast.Pow, ast.LShift}
    if grows and not 0 <= right <= BITS_AT_MOST:
        raise Failed(f"{right} is no power or shift for an assertion: it would be 0 to {BITS_AT_MOST}")
    return _small(_tried(_ARITHMETIC[type(operation)], left, right))


_CONVERSION: Final = re.compile(r"%(?:%|[-+ #0]*\d{0,2}(?:\.\d{1,2})?[diouxXeEfFgGcrs])")


def _formatted(text: str, held: Any) -> str:
    if "%" in _CONVERSION.sub("", text):
        raise CannotRun(f"the format {text[:40]!r} in an assertion")
    return str(_tried(operator.mod, text, held))[:TEXT_AT_MOST]


def _small(value: Any) -> Any:
    """A value, if it is small enough to go on with."""
    if isinstance(value, int) and value.bit_length() > BITS_AT_MOST:
        raise Failed(f"the assertion calculates with numbers that are too large: {BITS_AT_MOST} bits at most")
    if not isinstance(value, int | float | str | None):
        raise CannotRun(f"{type(value).__name__} in an assertion")
    return value


def _tried(function: Callable[..., Any], *values: Any) -> Any:
    """The value of a function that these values may not go with."""
    try:
        return function(*values)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise Failed(f"the assertion cannot be worked out: {error}") from None


_UNARY: Final[Mapping[type[ast.unaryop], Callable[[Any], Any]]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}
_ARITHMETIC: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
}
_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {"abs": abs, "min": min, "max": max, "int": int}


# ---- what is said ----------------------------------------------------------------------------------------------------


def _does_not_hold(code: str, test: ast.expr, message: ast.expr | None, variables: Mapping[str, Any]) -> Failed:
    """The assertion, its message if it has one that can be worked out, and what its names stand for."""
    said = ast.get_source_segment(code, test) or ast.unparse(test)
    details = []
    if message is not None:
        try:
            details.append(f"  {str(_value(message, variables))[:TEXT_AT_MOST]}")
        except (Failed, CannotRun):  # it is the assertion that has failed, not what it says of it
            details.append(f"  {ast.unparse(message)[:TEXT_AT_MOST]}")
    names = dict.fromkeys(node.id for node in ast.walk(test) if type(node) is ast.Name)
    details += [f"  {name} = {variables[name]}" for name in names if name in variables]
    return Failed(f"this does not hold: {' '.join(said.split())}", *details)


def _not_done(node: ast.AST) -> CannotRun:
    return CannotRun(f"Python's {type(node).__name__} in an assertion")
