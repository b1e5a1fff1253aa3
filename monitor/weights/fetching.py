"""A published checkpoint with its encoder's configuration and tokenizer, in one folder."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests

from classifiers.errors import ModelBroken
from classifiers.second_opinion.with_torch import read_checkpoint
from monitor.weights.download import NotThere, Progress, download
from monitor.weights.published import Published, encoder_files

HUB = "https://huggingface.co"
ENCODER = "encoder"
_MEND = (
    "Name the encoder's tokenizer class and repository from its documentation with --encoder and --tokenizer"
)


@dataclass(frozen=True)
class Encoder:
    repository: str
    """Of the encoder on the model hub, e.g. as detoxify would ask for it."""
    tokenizer: str
    """Its class in transformers."""


@dataclass(frozen=True)
class Request:
    wanted: Published
    url: str
    sha256: str = ""
    """In whole, from whoever fetches; empty: only the beginning in the file's name is known."""


def fetch_checkpoint(
    session: requests.Session, request: Request, to: Path, progress: Progress
) -> tuple[Path, str]:
    """The file and its SHA-256, which must begin as promised. Nothing is kept of another one."""
    to.mkdir(parents=True, exist_ok=True)
    file = to / request.wanted.file
    start = request.sha256 or request.wanted.sha256_start
    return file, download(session, request.url, file, sha256_start=start, progress=progress)


def encoder_of(checkpoint: Path) -> Encoder:
    """Which encoder a checkpoint was trained on, as it says itself. None of its code is run."""
    try:
        arch = read_checkpoint(checkpoint, vouched_for=False)["config"]["arch"]["args"]
        return Encoder(str(arch["model_type"]), str(arch["tokenizer_name"]))
    except (pickle.UnpicklingError, KeyError, TypeError, ValueError, RuntimeError, EOFError) as error:
        what = f"the checkpoint does not say which encoder it was trained on ({type(error).__name__})"
        raise ModelBroken(checkpoint, what, _MEND) from error


def fetch_encoder(
    session: requests.Session, encoder: Encoder, hub: str, to: Path, say: Callable[[str], None]
) -> dict[str, str]:
    """Its config and tokenizer files from the model hub, and the SHA-256 of each."""
    to.mkdir(parents=True, exist_ok=True)
    base = f"{hub.rstrip('/')}/{encoder.repository}/resolve/main"
    found = {"config.json": download(session, f"{base}/config.json", to / "config.json")}
    names = encoder_files(encoder.tokenizer)
    for name in names:
        try:
            found[name] = download(session, f"{base}/{name}", to / name)
        except NotThere:
            say(f"The hub has no {name} for {encoder.repository}; going on without it.")
    if not set(names[1:]) & found.keys():
        raise ModelBroken(base, f"has none of the tokenizer files {', '.join(names[1:])}", _MEND)
    return found
