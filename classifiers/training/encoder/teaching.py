"""One course of lessons: the network's weights moved towards the truth, in seeded order."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional
from torch.nn.utils import clip_grad_norm_

from classifiers.encoder.model import Window
from classifiers.encoder.pieces import SPECIAL, UNKNOWN
from classifiers.training.encoder.lessons import Lessons
from classifiers.training.encoder.network import Network

F64 = npt.NDArray[np.float64]
_MEMORY = 0.997
"""Of the running mean, a step: it looks back over some three hundred."""
_UNREAD = 0.06
"""Share of the pieces that are hidden at each reading, so that no single word is learned by heart."""
_SORTED_TOGETHER = 50
"""Batches among which texts of like length are put together, to pad little."""


@dataclass(frozen=True)
class Course:
    rounds: int
    rate: float
    """Highest step; it rises over the first tenth and falls to nothing."""
    batch: int = 16
    seed: int = 0


def teach(
    network: Network, lessons: Callable[[int], Lessons], course: Course, say: Callable[[str], None]
) -> None:
    """Move the weights. `lessons(round)` gives what is read in each round.

    The network ends with the running mean of its weights, which knows schools it has not seen better than
    the last step does.
    """
    torch.manual_seed(course.seed)
    rng = random.Random(course.seed)  # noqa: S311  a seeded order, no secret
    # The words stay as they are: two thirds of all numbers, and a few thousand comments would only bend them.
    network.words.weight.requires_grad = False
    moved = [weight for weight in network.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(moved, course.rate, weight_decay=0.01, fused=True)
    rounds = [lessons(number) for number in range(course.rounds)]
    steps = sum(-(-len(each) // course.batch) for each in rounds)
    done = 0
    mean = [weight.detach().clone() for weight in moved]
    for number, each in enumerate(rounds):
        network.train()
        total = 0.0
        for places in _batches([len(window.pieces) for window in each.windows], course.batch, rng):
            done += 1
            for group in optimizer.param_groups:
                group["lr"] = course.rate * _share(done, steps)
            total += _step(network, each, places, optimizer, moved) * len(places)
            _follow(mean, moved, min(_MEMORY, done / (done + 10)))
        say(f"  round {number + 1} of {course.rounds}: loss {total / len(each):.3f}")
    _follow(moved, mean, 0.0)


@torch.no_grad()
def _follow(these: Sequence[torch.Tensor], others: Sequence[torch.Tensor], memory: float) -> None:
    """Move weights towards others; with memory 0 they become the others."""
    for weight, other in zip(these, others, strict=True):
        weight.lerp_(other, 1 - memory)


def _share(done: int, steps: int) -> float:
    return min(done / (steps * 0.1), (steps - done) / (steps * 0.9))


def _step(
    network: Network,
    lessons: Lessons,
    places: list[int],
    optimizer: torch.optim.Optimizer,
    moved: list[torch.nn.Parameter],
) -> float:
    pieces, context, lengths = padded([lessons.windows[place] for place in places])
    logits = network(_some_hidden(pieces), context, lengths)
    truth, weight = torch.from_numpy(lessons.truth[places]), torch.from_numpy(lessons.weight[places])
    loss = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    mean = (loss * weight).sum(1).mean()
    mean.backward()
    clip_grad_norm_(moved, 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return float(mean.detach())


def _some_hidden(pieces: torch.Tensor) -> torch.Tensor:
    hidden = (torch.rand(pieces.shape) < _UNREAD) & (pieces >= len(SPECIAL))
    return torch.where(hidden, SPECIAL.index(UNKNOWN), pieces)


def _batches(lengths: list[int], batch: int, rng: random.Random) -> Iterator[list[int]]:
    order = list(range(len(lengths)))
    rng.shuffle(order)
    found: list[list[int]] = []
    for start in range(0, len(order), batch * _SORTED_TOGETHER):
        near = sorted(order[start : start + batch * _SORTED_TOGETHER], key=lambda place: lengths[place])
        found += [near[at : at + batch] for at in range(0, len(near), batch)]
    rng.shuffle(found)
    return iter(found)


def padded(windows: list[Window]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Pieces, context and lengths of a batch. Padding is piece 0, which no attention sees."""
    longest = max(len(window.pieces) for window in windows)
    pieces = torch.zeros(len(windows), longest, dtype=torch.long)
    context = torch.zeros_like(pieces)
    for row, window in enumerate(windows):
        pieces[row, : len(window.pieces)] = torch.tensor(window.pieces)
        context[row, : len(window.context)] = torch.tensor(window.context)
    return pieces, context, torch.tensor([len(window.pieces) for window in windows])


@torch.no_grad()
def answers(network: Network, windows: list[Window], batch: int = 64) -> F64:
    """Logits of each window, in order."""
    network.eval()
    result: F64 = np.zeros((len(windows), network.heads.out_features))
    order = sorted(range(len(windows)), key=lambda place: len(windows[place].pieces))
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        result[places] = network(*padded([windows[place] for place in places])).numpy()
    return result
