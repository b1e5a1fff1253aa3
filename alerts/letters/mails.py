"""A letter as mail: plain text of 78 columns, and the same as quiet HTML that loads nothing."""

from collections.abc import Iterator

from jinja2 import Environment, PackageLoader, StrictUndefined

from alerts.letters.blocks import Block, Sort
from alerts.letters.rendering import Letterhead, Rendered
from alerts.mail.drafts import Draft
from alerts.mail.folding import folded
from alerts.mail.wording import clean, one_line, shown


def as_mail(letter: Rendered, head: Letterhead) -> Draft:
    """The subject holds no name and no word of a post."""
    values = {"letter": letter, "head": head, "dated": shown(head.dated)}
    html = _ENVIRONMENT.get_template("letter.html.j2").render(values)
    return Draft(one_line(letter.title), as_text(letter, head), clean(html))


def as_text(letter: Rendered, head: Letterhead) -> str:
    """What `preview` shows, and the first part of the mail."""
    top = f"{head.school}\n{shown(head.dated)}\nOur reference: {head.reference}"
    return folded("\n\n".join([top, *_parts(letter.blocks)]))


def _parts(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        if block.sort is Sort.HEADING:
            yield "\n".join(f"{line}\n{'-' * len(line)}" for line in block.lines)
        elif block.sort is Sort.FACTS:
            yield "\n".join(_fact(key, value) for key, value in block.facts)
        else:
            mark = {Sort.ENTRIES: "- ", Sort.QUOTE: "  | "}.get(block.sort, "")
            yield "\n".join(mark + line for line in block.lines)


def _fact(key: str, value: str) -> str:
    return f"{key} {value}".rstrip() if key.endswith("?") else f"{key}: {value}".rstrip()


_ENVIRONMENT = Environment(
    loader=PackageLoader("alerts.letters"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
