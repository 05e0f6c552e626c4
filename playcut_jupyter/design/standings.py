"""Who leads a blind pick, how sure that is, and which two to ask about next. Pure functions.

The next pair is the one whose answer is expected to tell most about who is best: their mutual information under the
posterior of `pick_model`, estimated from samples.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from playcut_jupyter.design.pick_model import Pair, PickModel

CLEAR = 0.9
"""The winner is clear once it is the best with this probability."""
_LEAST_TOLD = 0.03
"""Where no answer would tell more than this about who is best, nothing more is asked; nats."""
_MAX_CONTENDERS = 12


@dataclass(frozen=True)
class Standings:
    """How a pick stands.

    Attributes:
        leader: the number of the generation that is most probably the best.
        confidence: the probability that it is, 0 to 1.
        pair: the next two to ask about, as left and right; None once all pairs were asked.
        is_open: False if the leader is clear, or no answer would tell more.
    """

    leader: int
    confidence: float
    pair: Pair | None
    is_open: bool

    @property
    def is_clear(self) -> bool:
        """True if the leader is the winner, as far as one can tell."""
        return self.confidence >= CLEAR


def standings(
    candidates: Mapping[int, Mapping[str, Hashable]], rounds: Sequence[Pair], skipped: Sequence[Pair]
) -> Standings:
    """Return how a pick stands. The answers alone decide, so that a new widget continues where the last one stopped.

    Args:
        candidates: by number, the value of each generation on each axis; at least two.
        rounds: the choices so far, as (winner, loser).
        skipped: the pairs of which none was better.
    """
    place = {number: at for at, number in enumerate(candidates)}
    wins, ties = ([(place[a], place[b]) for a, b in pairs] for pairs in (rounds, skipped))
    known = PickModel(list(candidates.values()), wins, ties)
    rng = random.Random(f"{sorted(candidates)}{len(rounds) + len(skipped)}")  # noqa: S311 - nothing secret
    contenders, others_lose = _contenders(known, rng)
    samples = known.samples(contenders)
    best = [max(range(len(sample)), key=sample.__getitem__) for sample in samples]
    leader, times = Counter(best).most_common(1)[0]
    confidence = times / len(samples) * others_lose
    pair, told = _most_telling(contenders, samples, best, {frozenset(pair) for pair in (*wins, *ties)})
    if pair is not None and rng.random() < 0.5:
        pair = pair[1], pair[0]
    numbers = list(candidates)
    return Standings(
        numbers[contenders[leader]],
        confidence,
        (numbers[pair[0]], numbers[pair[1]]) if pair is not None else None,
        confidence < CLEAR and told > _LEAST_TOLD,
    )


def _contenders(known: PickModel, rng: random.Random) -> tuple[list[int], float]:
    """Return those that may well be the best, and the probability that none of the others beats their leader."""
    means = known.means()
    places = list(range(len(means)))
    if len(places) <= _MAX_CONTENDERS:
        return places, 1.0
    rng.shuffle(places)
    first = max(places, key=means.__getitem__)
    beats = {place: known.probability(place, first) for place in places if place != first}
    ordered = sorted(beats, key=lambda place: -beats[place])
    chosen, others = ordered[: _MAX_CONTENDERS - 1], ordered[_MAX_CONTENDERS - 1 :]
    return [first, *chosen], math.prod(1 - beats[place] for place in others)


def _most_telling(
    contenders: Sequence[int],
    samples: Sequence[Sequence[float]],
    best: Sequence[int],
    asked: Collection[frozenset[int]],
) -> tuple[Pair | None, float]:
    """Return the pair whose answer tells most about who is the best, and how much; None if all were asked."""
    groups = [[sample for sample, one in zip(samples, best, strict=True) if one == who] for who in set(best)]
    told: dict[Pair, float] = {}
    for left, right in combinations(range(len(contenders)), 2):
        pair = contenders[left], contenders[right]
        if frozenset(pair) not in asked:
            told[pair] = _information(groups, left, right)
    most = max(told, key=told.__getitem__, default=None)
    return most, told[most] if most is not None else 0.0


def _information(groups: Sequence[Sequence[Sequence[float]]], left: int, right: int) -> float:
    """Return the mutual information of who is the best and of the answer, nats."""
    wins = rest = 0.0
    count = sum(map(len, groups))
    for group in groups:
        won = sum([1 / (1 + math.exp(sample[right] - sample[left])) for sample in group])
        wins += won
        rest += len(group) * _entropy(won / len(group))
    return _entropy(wins / count) - rest / count


def _entropy(share: float) -> float:
    return 0.0 if share <= 0 or share >= 1 else -share * math.log(share) - (1 - share) * math.log(1 - share)
