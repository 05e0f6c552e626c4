"""Values that are none: NaN, infinite and missing ones of any library, None and empty texts in an axis."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from numbers import Number

import pytest

from playcut_jupyter.errors import PromptError
from playcut_jupyter.prompts.expansion import expand
from playcut_jupyter.prompts.plan import OneValue
from tests.prompts.expanding import prompts, refused

NAN, INFINITE = float("nan"), float("inf")


class Single(float):
    """A scalar of another library that is a float, as numpy's float64."""


class Half:
    """A scalar of another library that is registered as a number, as numpy's float16."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return self.value == (other.value if isinstance(other, Half) else other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self.value)


Number.register(Half)


class Symbolic(Half):
    """Infinity of another library, written as it likes."""

    def __repr__(self) -> str:
        return "oo"


class Missing:
    """The missing value of a table, whose comparison is missing, too: pandas.NA."""

    def __ne__(self, other: object) -> Missing:  # type: ignore[override]
        return self

    def __eq__(self, other: object) -> Missing:  # type: ignore[override]
        return self

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")

    def __repr__(self) -> str:
        return "<NA>"


class NotATime:
    """The missing time of a table."""

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "NaT"


class Tensor:
    """A scalar that is no `Number`, as torch has them."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"tensor({self.value})"


NO_VALUES = [
    (NAN, "nan"),
    (INFINITE, "inf"),
    (-INFINITE, "-inf"),
    (complex(NAN, 1), "(nan+1j)"),
    (complex(0, INFINITE), "infj"),
    (Decimal("NaN"), "NaN"),
    (Decimal("sNaN"), "sNaN"),
    (Decimal("-Infinity"), "-Infinity"),
    (Single(NAN), "nan"),
    (Single(INFINITE), "inf"),
    (Half(NAN), "nan"),
    (Half(INFINITE), "inf"),
    (Symbolic(INFINITE), "oo"),
    (Missing(), "<NA>"),
    (NotATime(), "NaT"),
    (Tensor(NAN), "tensor(nan)"),
    (Tensor(INFINITE), "tensor(inf)"),
]


@pytest.mark.parametrize(("value", "text"), NO_VALUES, ids=lambda one: type(one).__name__)
def test_what_is_no_value_is_refused_wherever_it_stands(value: object, text: str) -> None:
    where = "{it} at column 3"
    assert refused("a {it}", it=value).message.startswith(f"{where} is ")
    assert f"{text}; a template takes text, a number" in refused("a {it}", it=value).message
    assert refused("a {it}", it=["fox", value]).message.startswith(f"Item 2 of {where} is ")
    assert refused("{x|a {it}}", it=("fox", "owl", value)).message.startswith("Item 3 of {it} at column 6 is ")
    for name, given in (("seed", value), ("seed", [1, value]), ("seed", OneValue([value, 1]))):
        with pytest.raises(PromptError) as caught:
            expand("a fox", {}, {name: given})
        assert "ption seed is " in caught.value.message
        assert text in caught.value.message


def test_the_item_is_named() -> None:
    assert refused("a {animal}", animal=["fox", NAN]).message == (
        "Item 2 of {animal} at column 3 is nan; a template takes text, a number, or a list or tuple of them."
    )
    with pytest.raises(PromptError, match=r"^Item 3 of the option strength is inf\."):
        expand("a fox", {}, {"strength": (0.1, 0.2, INFINITE)})


@pytest.mark.parametrize(
    ("item", "told"),
    [(None, "None"), ("", "empty"), ("  ", "empty"), ("\n", "empty")],
    ids=["None", "", "spaces", "line"],
)
def test_an_axis_of_an_option_has_no_hole(item: object, told: str) -> None:
    for values in (["16:9", item], (item, "1:1"), [item]):
        with pytest.raises(PromptError) as caught:
            expand("a fox", {}, {"aspectRatio": values})
        at = list(values).index(item) + 1
        assert caught.value.message == f"Item {at} of the option aspectRatio is {told}."


def test_one_value_may_be_none_or_empty() -> None:
    options = {"workerId": None, "style": "", "images": OneValue([None, ""]), "extra": {"a": None}}
    assert expand("a fox", {}, options)[0].inputs == options


@pytest.mark.parametrize(
    "value",
    [
        *(0, -1, 10**400, 1e308, -0.0, 5e-324, True, False, 2 + 3j),
        *(Decimal("1e400"), Decimal("-1E-999"), Fraction(1, 3), Single(0.5), Half(1.5)),
        *("nan", "inf", "NaN", "Infinity", "my nan's inflatable <NA> boat", "NaT", "None"),
    ],
    ids=str,
)
def test_every_other_number_and_text_is_a_value(value: object) -> None:
    assert prompts("a {it}", it=value) == [f"a {value}"]
    assert prompts("a {it}", it=["x", value]) == ["a x", f"a {value}"]
    assert len(expand("a fox", {}, {"seed": [value, 2], "other": value})) == 2


class Untold(Half):
    """A number that can't be compared and can't be written."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    __hash__ = None

    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_a_number_that_raises_whatever_it_is_asked_is_a_prompt_error() -> None:
    assert "can't be written as text (RuntimeError)" in refused("a {it}", it=[1, Untold(1)]).message


def test_numbers_of_numpy() -> None:
    numpy = pytest.importorskip("numpy")
    for value in (numpy.float32("nan"), numpy.float64("inf"), numpy.float16("-inf"), numpy.datetime64("NaT")):
        assert "Item 2 of {it} at column 3 is" in refused("a {it}", it=["fox", value]).message
    assert prompts("a {it}", it=[numpy.float32(0.5), numpy.int64(3)]) == ["a 0.5", "a 3"]
