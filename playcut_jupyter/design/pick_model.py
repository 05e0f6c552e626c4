"""How strong each generation may be after blind picks, as samples. Pure functions of numbers.

A generation's strength is the sum of those of its values, which all that share the value have part in, and one of its
own. The odds of winning are those of `preference_model`, with a normal integral for the logistic function. But the
prior is that of a judge who mostly answers alike when asked again, for whoever is in doubt says so. After few and
decided answers the posterior is far from a normal distribution, and an approximation by one never gets sure of the
best: in simulations not even after all 36 pairs of nine. So it is sampled: what each answer said is a normal number
that is positive, and each is drawn in turn given the others (Gibbs sampling); given all of them the strengths are
normal.
"""

from __future__ import annotations

import math
import random
from collections.abc import Hashable, Mapping, Sequence
from operator import mul
from statistics import NormalDist
from typing import TypeAlias

from playcut_jupyter.design.preference_model import cholesky, inverse, solve

Pair: TypeAlias = tuple[int, int]
VALUE_VARIANCE, OWN_VARIANCE = 36.0, 16.0
"""Before anything is judged: of the strength of a value, and of what a generation has of its own; log-odds squared."""
_NOISE_VARIANCE = 1.702**2
"""Of the normal distribution whose integral is closest to the logistic function."""
_TIE_VARIANCE = 1.0
"""Of the difference between two of which none is better, log-odds squared."""
_SAMPLES, _WARM_UP = 300, 30
_NORMAL = NormalDist()


class PickModel:
    """The strengths of some generations after answers.

    Args:
        values: of each generation, its value on each axis.
        wins: the answers as (winner, loser), by their places in *values*.
        ties: the pairs of which none was better.
    """

    def __init__(
        self, values: Sequence[Mapping[str, Hashable]], wins: Sequence[Pair], ties: Sequence[Pair] = ()
    ) -> None:
        self._values = values
        pairs = [*wins, *ties]
        noise = [_NOISE_VARIANCE] * len(wins) + [_TIE_VARIANCE] * len(ties)
        # The covariance of each strength with the difference that each answer is about, and of these.
        self._with_answers = [
            [self._prior(place, better) - self._prior(place, worse) for better, worse in pairs]
            for place in range(len(values))
        ]
        covariance = [
            [one - other for one, other in zip(self._with_answers[a], self._with_answers[b], strict=True)]
            for a, b in pairs
        ]
        for at, variance in enumerate(noise):
            covariance[at][at] += variance
        factor = cholesky(covariance)
        self._weights = [solve(factor, row) for row in self._with_answers]
        self._answers = _positive(inverse(factor), len(wins))

    def _prior(self, one: int, other: int) -> float:
        a, b = self._values[one], self._values[other]
        shared = [axis for axis, value in a.items() if b.get(axis) == value]
        return VALUE_VARIANCE * len(shared) + (OWN_VARIANCE if one == other else 0.0)

    def _rest(self, one: int, other: int) -> float:
        """Return the covariance of two strengths that is left when the answers are known."""
        known: float = sum(map(mul, self._weights[one], self._with_answers[other]))
        return self._prior(one, other) - known

    def means(self) -> list[float]:
        """Return the expected strength of each."""
        answers = [sum(column) / len(self._answers) for column in zip(*self._answers, strict=True)]
        return [sum(map(mul, weights, answers)) for weights in self._weights]

    def samples(self, places: Sequence[int]) -> list[list[float]]:
        """Return samples of the strengths at *places*."""
        factor = cholesky([[self._rest(one, other) for other in places[: row + 1]] for row, one in enumerate(places)])
        rng = random.Random(0)  # noqa: S311 - nothing secret
        rows = [(self._weights[place], row) for place, row in zip(places, factor, strict=True)]
        found = []
        for answers in self._answers:
            noise = [rng.gauss(0, 1) for _ in places]
            found.append([sum(map(mul, weights, answers)) + sum(map(mul, row, noise)) for weights, row in rows])
        return found

    def probability(self, better: int, worse: int) -> float:
        """Return about how probable it is that one is stronger than another."""
        weights = [a - b for a, b in zip(self._weights[better], self._weights[worse], strict=True)]
        differences = [sum(map(mul, weights, answers)) for answers in self._answers[::10]]
        mean = sum(differences) / len(differences)
        spread = sum((one - mean) ** 2 for one in differences) / len(differences)
        rest = self._rest(better, better) + self._rest(worse, worse) - 2 * self._rest(better, worse)
        return _NORMAL.cdf(mean / math.sqrt(spread + rest))


def _positive(precision: Sequence[Sequence[float]], wins: int) -> list[list[float]]:
    """Return samples of normal numbers with this precision matrix, the first *wins* positive, and the others 0."""
    # The same random numbers for every pick: what is told changes with the answers alone.
    rng = random.Random(0)  # noqa: S311 - nothing secret
    spreads = [1 / math.sqrt(row[at]) for at, row in enumerate(precision)]
    numbers = [spread if at < wins else 0.0 for at, spread in enumerate(spreads)]
    found = []
    for _ in range(_WARM_UP + _SAMPLES):
        for at in range(wins):
            row, spread = precision[at], spreads[at]
            mean = numbers[at] - sum(map(mul, row, numbers)) * spread * spread
            numbers[at] = _positive_normal(mean / spread, rng.random()) * spread
        found.append(numbers[:])
    return found[_WARM_UP:]


def _positive_normal(mean: float, share: float) -> float:
    """Return the *share*-quantile of what is positive of a normal distribution with variance 1."""
    if mean < -5:  # almost exponential
        return -math.log(1 - share) / -mean
    # Counted from the upper end, which is the more precise.
    return mean - _NORMAL.inv_cdf(max(1e-300, (1 - share) * _NORMAL.cdf(mean)))
