"""An object whose shared values are encoded once has the bytes of the object encoded whole."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.evidence.canonical import CanonicalFrame, canonical_json, canonical_parts

_NAMES = st.text("abcdefgh_", min_size=1, max_size=4)
_VALUES = (
    st.none() | st.text(max_size=5) | st.integers() | st.dictionaries(st.text(max_size=3), st.booleans())
)


@given(st.dictionaries(_NAMES, _VALUES), st.dictionaries(_NAMES, _VALUES))
def test_a_frame_gives_the_bytes_that_a_commitment_is_checked_against(
    shared: dict[str, object], own: dict[str, object]
) -> None:
    """Harm: records whose hash nobody else can make."""
    frame = CanonicalFrame(canonical_parts(shared), own.keys())
    assert frame.filled(canonical_parts(own)) == canonical_json({**shared, **own})
