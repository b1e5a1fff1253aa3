"""Every file of an export by its name in the zip."""

from importlib.resources import files as resources

from alerts.export import tables
from alerts.export.bag import bagged, bagging_date
from alerts.export.contents import ExportContents, ExportedItem
from alerts.export.papers import papers
from alerts.export.profiles import WITHOUT_OUR_WORK
from alerts.export.readme import readme
from alerts.export.seal import Seal, seal_files


def export_files(contents: ExportContents, seal: Seal) -> dict[str, bytes]:
    """The whole bag. The same contents and seal give the same bytes; the payload needs only the contents
    and the checkpoint's size, root and key.
    """
    payload = {f"data/{name}": data for name, data in payload_files(contents, seal).items()}
    tags = {
        **seal_files(seal),
        "README.txt": readme(contents, seal, payload).encode(),
        "verify.py": verifier(),
    }
    return bagged(payload, tags, _info(contents), seal.sign)


def payload_files(contents: ExportContents, seal: Seal) -> dict[str, bytes]:
    """What stands in data/, by its name there."""
    files = {
        **papers(contents, seal),
        "INDEX.csv": tables.index(contents),
        "FAILURES.csv": tables.failures(contents.failures),
        "sources.csv": tables.sources(contents.sources, contents.failures),
    }
    if contents.profile not in WITHOUT_OUR_WORK:
        files |= {
            "tasks.csv": tables.tasks(contents.tasks),
            "custody.csv": tables.custody(contents.custody),
        }
    for item in contents.items:
        files |= {f"items/{item.item_id}/{name}": data for name, data in item.files.items()}
        files |= {f"proofs/{item.item_id}{ending}": data for ending, data in item.proofs.items()}
        files |= _later(item)
    return files


def _later(item: ExportedItem) -> dict[str, bytes]:
    """What was captured and seen of an item after it was sealed."""
    files: dict[str, bytes] = {}
    for one in item.captures:
        files |= {f"captures/{item.item_id}/{one.number}/{name}": data for name, data in one.files.items()}
        files[f"proofs/{item.item_id}.capture-{one.number}.tlog-proof"] = one.proof
    for seen in item.observations:
        name = f"observations/{item.item_id}/{seen.number}"
        files |= {f"{name}.json": seen.record, f"{name}.salt": f"{seen.salt.hex()}\n".encode()}
        files[f"proofs/{item.item_id}.observation-{seen.number}.tlog-proof"] = seen.proof
    return files


def verifier() -> bytes:
    """The verify.py that travels in every export."""
    return (resources("alerts.export.standalone") / "verify.py").read_bytes()


def _info(contents: ExportContents) -> dict[str, str]:
    return {
        "Source-Organization": contents.school_name,
        "External-Identifier": contents.export_id,
        "External-Description": f"Evidence of {contents.scope} for {contents.profile}",
        "Bagging-Date": bagging_date(contents.as_of.date()),
        "Bag-Software-Agent": contents.tool,
        "Contact-Name": contents.contact,
    }
