"""A leaf that is written out has the bytes of canonical JSON, whatever stands in its columns."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from monitor.evidence.canonical import canonical_json
from monitor.evidence.leaf import LEAF_VERSION, LeafKind, leaf_body


@given(
    st.integers(min_value=0),
    st.sampled_from(LeafKind) | st.text(),
    st.datetimes(timezones=st.just(UTC)),
    st.text(st.characters(categories=None)),
    st.text(),
)
def test_a_leaf_has_the_bytes_that_a_stranger_makes_of_its_columns(
    seq: int, kind: str, at: datetime, uid: str, commit: str
) -> None:
    """Harm: a log whose lines nobody else can make, or a tampered column that reads like another one."""
    said = {
        "v": LEAF_VERSION, "seq": seq, "kind": str(kind), "item_id": uid, "commit": commit,
        "at": at.isoformat(timespec="microseconds"),
    }  # fmt: skip
    assert leaf_body(seq, kind, at, uid, commit) == canonical_json(said)


def test_the_bytes_of_format_one() -> None:
    """Harm: a log of which the leaves from before an update are no longer understood."""
    at = datetime(2026, 11, 16, 12, tzinfo=UTC)
    assert leaf_body(17, LeafKind.ITEM, at, "0b6f", "9f0c") == (
        b'{"at":"2026-11-16T12:00:00.000000+00:00","commit":"9f0c","item_id":"0b6f","kind":"item","seq":17,"v":1}'
    )
