"""The command line of training."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from classifiers.judge import MODELS
from classifiers.training.card import write_card
from classifiers.training.run import train

_CARD = Path(__file__).resolve().parents[2] / "docs" / "model-card.md"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./run train", description="Trains the shipped models and writes the model card."
    )
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        help="folder with train.jsonl.gz and dev.jsonl.gz of public abuse data",
    )
    parser.add_argument(
        "--corpus",
        type=Path,
        required=True,
        help="folder with train/SCHOOL and dev, each comments.jsonl and register/",
    )
    parser.add_argument(
        "--models", type=Path, default=MODELS, help="where the models go (default: into the package)"
    )
    parser.add_argument(
        "--scratch", type=Path, help="folder to keep what is learned on the way; a second try goes on from it"
    )
    parser.add_argument("--card", type=Path, default=_CARD, help="where the model card goes")
    given = parser.parse_args()
    wanted = [
        given.data / "train.jsonl.gz",
        given.data / "dev.jsonl.gz",
        given.corpus / "train",
        given.corpus / "dev",
    ]
    missing = [path for path in wanted if not path.exists()]
    if missing:
        for path in missing:
            say(f"{path} is missing; see docs/training.md for what the folders hold")
        return 1
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as passing:
        scratch = given.scratch or Path(passing)
        scratch.mkdir(parents=True, exist_ok=True)
        results = train(given.data, given.corpus, given.models, scratch, say)
    write_card(results, given.card)
    say(f"models in {given.models}, model card in {given.card}, {time.monotonic() - started:.0f} s")
    return 0


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
