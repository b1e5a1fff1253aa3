"""`models`: the weights that judge, and those that a school may add. Nothing here is done by the daemon."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from classifiers.detoxify_adapter import Checkpoint, Converted, SecondOpinion
from classifiers.errors import ModelBroken
from classifiers.interface import Register
from classifiers.judge import MODELS, load_judge
from classifiers.second_opinion.converting import INT8_BOUND, Plan, convert
from classifiers.second_opinion.manifest import Manifest
from classifiers.second_opinion.with_onnx import OnnxScorer
from config.mistakes import SettingsError
from config.schema import Network
from monitor.cli.shared import (
    JsonOption,
    UserError,
    config_path,
    print_records,
    say,
    settings,
    warn,
)
from monitor.demo.story import read_story
from monitor.pipeline.judgement.judges import second_opinion_of
from monitor.weights.download import session_for
from monitor.weights.fetching import (
    ENCODER,
    HUB,
    Encoder,
    Request,
    encoder_of,
    fetch_checkpoint,
    fetch_encoder,
)
from monitor.weights.inventory import embedded_models
from monitor.weights.published import published

app_ = typer.Typer(help="The models that judge, and weights of one's own.", no_args_is_help=True)
_SAMPLE = 64
_NONE = "No [detoxify] in the settings: the embedded models judge alone."
_ALONE = "The second opinion cannot be loaded; the embedded models judge alone."


def add_to(app: typer.Typer) -> None:
    app.add_typer(app_, name="models")


@app_.callback()
def about() -> None:
    """The models that judge, and weights of one's own."""


@app_.command()
def show(as_json: JsonOption = False) -> None:
    """The models that come with schoolwatch: file, state, version, size in bytes, SHA-256."""
    loaded = load_judge(Register()).models
    columns = ("name", "file", "state", "version", "bytes", "sha256")
    print_records(embedded_models(MODELS, loaded), columns, as_json=as_json)


@app_.command()
def check(as_json: JsonOption = False) -> None:
    """The second opinion that the settings ask for: what is configured, found and loaded, or why not."""
    wanted = second_opinion_of(settings())
    if wanted is None:
        _tell({"configured": None, "state": "none"}, [_NONE], as_json=as_json)
        return
    facts = _configured(wanted.weights)
    try:
        opinion = SecondOpinion(wanted)
    except ModelBroken as broken:
        facts |= {"state": "failed", "message": broken.what, "mend": broken.mend}
        _tell(facts, [_ALONE, str(broken)], as_json=as_json)
        raise typer.Exit(1) from broken
    facts |= {"state": "ok", "loaded": opinion.described}
    lines = [f"Loaded, hash as expected, and it judges: {opinion.described}"]
    if isinstance(opinion.scorer, OnnxScorer):
        facts |= {"manifest": opinion.scorer.manifest.model_dump(mode="json")}
        lines += _losses(opinion.scorer.manifest)
    _tell(facts, lines, as_json=as_json)


def _configured(weights: Checkpoint | Converted) -> dict[str, Any]:
    if isinstance(weights, Converted):
        return {"configured": "onnx", "folder": str(weights.folder)}
    return {
        "configured": "checkpoint",
        "checkpoint": str(weights.file),
        "config_folder": str(weights.config_folder),
    }


def _tell(facts: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    if as_json:
        print_records([facts], (), as_json=True)
        return
    for key in ("checkpoint", "config_folder", "folder"):
        if key in facts:
            say(f"{key}: {facts[key]}")
    for line in lines:
        say(line)


def _losses(manifest: Manifest) -> list[str]:
    measured = manifest.measured
    source, own = manifest.source, measured.detoxify_per_second
    lines = [
        f"Made from {source.file} (sha256:{source.sha256})",
        f"Measured on {measured.texts} comments, on one core; detoxify itself: {own:,.1f} comments/s",
    ]
    for name, loss in (("fp32", measured.fp32), ("int8", measured.int8)):
        if loss is not None:
            times = loss.per_second / own
            speed = f"{name}: {loss.per_second:,.1f} comments/s ({times:.1f} times)"
            lines.append(f"{speed}, scores differ by {loss.largest:.2g} at most, {loss.mean:.2g} on average")
    return lines


@app_.command()
def fetch(
    name: Annotated[str, typer.Argument(help="As detoxify names it, e.g. original-small.")],
    to: Annotated[Path, typer.Option("--to", help="Folder to put it into.", file_okay=False)],
    sha256: Annotated[str, typer.Option(help="The whole SHA-256, from a source you trust.")] = "",
    base_url: Annotated[str | None, typer.Option(help="A mirror of the checkpoints' host.")] = None,
    hub_url: Annotated[str, typer.Option(help="The model hub, for the encoder's files.")] = HUB,
    encoder: Annotated[str, typer.Option(help="The encoder's name on the hub.")] = "",
    tokenizer: Annotated[str, typer.Option(help="Its tokenizer's class in transformers.")] = "",
) -> None:
    """Bring in a published checkpoint, on a machine with internet. Nothing is loaded or switched on."""
    known = published()
    if name not in known:
        raise UserError(f"detoxify publishes no {name!r}; it has {', '.join(sorted(known))}")
    wanted, network = known[name], _network()
    with session_for(network.proxy_url(), network.ca_bundle) as session, _bar() as bar:
        task = bar.add_task(wanted.file, total=None)
        file, found = fetch_checkpoint(
            session, Request(wanted, wanted.at(base_url), sha256.lower()), to,
            lambda size, whole: bar.update(task, completed=size, total=whole),
        )  # fmt: skip
        of = Encoder(encoder, tokenizer) if encoder and tokenizer else encoder_of(file)
        for part, digest in fetch_encoder(session, of, hub_url, to / ENCODER, warn).items():
            say(f"{to / ENCODER / part}  sha256:{digest}")
    if not (sha256 or wanted.sha256_start):
        warn("Nobody named this file's SHA-256 beforehand. Compare the one below with a source you trust.")
    say(f"{file}  sha256:{found}\n\nFor the settings:\n\n{_table(file, to / ENCODER, found)}")


def _network() -> Network:
    """As the settings say; without any, straight or as the environment says."""
    try:
        return settings().network
    except SettingsError:
        if config_path() is not None or Path("schoolwatch.toml").exists():
            raise
        return Network()


def _bar() -> Progress:
    shown = sys.stderr.isatty()
    return Progress(TextColumn("{task.description}"), BarColumn(), DownloadColumn(), disable=not shown)


def _table(file: Path, encoder: Path, sha256: str) -> str:
    return f'[detoxify]\ncheckpoint = "{file}"\nconfig_folder = "{encoder}"\nsha256 = "{sha256}"'


@app_.command("convert")
def convert_(
    to: Annotated[Path, typer.Option("--to", help="A new folder for the converted weights.")],
    checkpoint: Annotated[Path | None, typer.Option(help="Left out: as in the settings.")] = None,
    config_folder: Annotated[Path | None, typer.Option(help="Goes with --checkpoint.")] = None,
    sha256: Annotated[str, typer.Option(help="Of the checkpoint; goes with --checkpoint.")] = "",
    precision: Annotated[str, typer.Option(help="int8, or fp32 for the same scores.")] = "int8",
    bound: Annotated[
        float, typer.Option(help="Mean difference of scores that is accepted.", min=0, max=1)
    ] = INT8_BOUND,
) -> None:
    """Make a checkpoint into a folder that judges without torch, several times faster; says what is lost."""
    if precision not in ("int8", "fp32"):
        raise UserError(f"--precision: found {precision!r}, expected int8 or fp32")
    plan = Plan(_checkpoint(checkpoint, config_folder, sha256), to, _sample(), precision, bound)
    manifest = convert(plan, warn)
    for line in _losses(manifest):
        say(line)
    say(f'\nFor the settings:\n\n[detoxify]\nonnx = "{to}"\nsha256 = "{manifest.model_sha256}"')


def _checkpoint(file: Path | None, config_folder: Path | None, sha256: str) -> Checkpoint:
    if file is not None and config_folder is not None and sha256:
        return Checkpoint(file, config_folder, sha256)
    if file is not None or config_folder is not None or sha256:
        raise UserError("--checkpoint, --config-folder and --sha256 go together")
    wanted = second_opinion_of(settings())
    if wanted is None or not isinstance(wanted.weights, Checkpoint):
        raise UserError("the settings name no checkpoint; give --checkpoint, --config-folder and --sha256")
    return wanted.weights


def _sample() -> list[str]:
    """Comments of the invented school, long and short, as they come."""
    return [line.text for line in read_story() if line.text.strip()][:_SAMPLE]
