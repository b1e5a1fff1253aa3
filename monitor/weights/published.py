"""Which checkpoints detoxify publishes, as the installed package itself lists them."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from classifiers.errors import ModelBroken
from classifiers.second_opinion.with_torch import stay_offline

_MARKED = re.compile(r"-([0-9a-f]{8,64})\.\w+$")


@dataclass(frozen=True)
class Published:
    name: str
    url: str

    @property
    def file(self) -> str:
        return PurePosixPath(urlsplit(self.url).path).name

    @property
    def sha256_start(self) -> str:
        """The beginning of its SHA-256 that the file's name carries; empty when it carries none."""
        found = _MARKED.search(self.file)
        return found[1] if found else ""

    def at(self, base_url: str | None) -> str:
        """Where to fetch it; `base_url` takes the place of scheme and host (a mirror, or a test)."""
        if base_url is None:
            return self.url
        base, own = urlsplit(base_url), urlsplit(self.url)
        return urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + own.path, "", ""))


def published() -> dict[str, Published]:
    """By name. `ModelBroken` when detoxify is not installed."""
    stay_offline()
    try:
        from detoxify.detoxify import MODEL_URLS  # noqa: PLC0415  optional, and slow to import
    except ImportError as error:
        what = "the package is not installed, and it knows what is published"
        raise ModelBroken("detoxify", what, "Install schoolwatch[detoxify]") from error
    return {name: Published(name, url) for name, url in MODEL_URLS.items()}


def encoder_files(tokenizer_name: str) -> list[str]:
    """File names that a Hugging Face tokenizer may be kept in, as its class in transformers lists them."""
    import transformers  # noqa: PLC0415  optional, and slow to import

    known: Any = getattr(transformers, tokenizer_name)
    return ["tokenizer_config.json", *known.vocab_files_names.values()]
