"""What the encoder reads: words in pieces, people as marks, long texts in windows."""

from hypothesis import given
from hypothesis import strategies as st

from classifiers.encoder.model import CONTEXT, WINDOW, windows_of
from classifiers.encoder.pieces import END, PAD, START, UNKNOWN, Pieces
from classifiers.encoder.wording import MARKS, Wording, plain_wording, wording
from classifiers.interface import Comment, Pupil, Register, StaffMember
from classifiers.reading import Reader

LETTERS = "abcdefghijklmnopqrstuvwxyz"
PIECES = Pieces(
    [
        PAD,
        UNKNOWN,
        START,
        END,
        *MARKS.values(),
        *LETTERS,
        *(f"##{letter}" for letter in LETTERS),
        "school",
        "##s",
        "!",
    ]
)
REGISTER = Register(
    "Fernhill Primary",
    ("Fernhill",),
    (Pupil("p-1", "Ayaan", "Ayaan", "Birch", "4B", "Year 4"),),
    (StaffMember("s-1", "Mrs", "Helen", "Whitlock", "Headteacher", ()),),
    b"k",
)


def spoken(numbers: list[int]) -> list[str]:
    return [PIECES.vocabulary[number] for number in numbers]


def test_a_word_that_is_known_would_be_spelt_out_letter_by_letter() -> None:
    assert spoken(PIECES.numbers("schools!", 99)) == ["school", "##s", "!"]


def test_a_word_of_foreign_letters_would_stop_the_judge() -> None:
    assert spoken(PIECES.numbers("مدرسة ok", 99)) == [UNKNOWN, "o", "##k"]


@given(st.text(alphabet=LETTERS + " !", max_size=200))
def test_letters_of_a_comment_would_be_lost_or_made_up(text: str) -> None:
    found = "".join(piece.removeprefix("##") for piece in spoken(PIECES.numbers(text, 999)))
    # A word is read up to its fortieth letter; nobody's language needs more.
    assert found == "".join(word[:40] for word in text.replace("!", " ! ").split())


@given(st.text(max_size=2000), st.text(max_size=300))
def test_a_window_would_be_longer_than_the_encoder_can_read(text: str, context: str) -> None:
    for window in windows_of(PIECES, Wording(text.lower(), context.lower())):
        assert len(window.pieces) == len(window.context) <= WINDOW + CONTEXT + 3


def test_the_end_of_a_long_comment_would_go_unread() -> None:
    windows = windows_of(PIECES, Wording("a " * 500 + "z", ""))
    assert sum(PIECES.vocabulary.index("z") in window.pieces for window in windows) == 1


def test_a_name_would_reach_the_encoder() -> None:
    comment = Comment("1", "Mrs Whitlock shouted at Ayaan Birch in 4B", "Sports day at Fernhill")
    read = wording(Reader(REGISTER).read(comment))
    assert read.text.split() == [
        MARKS["staff"], "shouted", "at", MARKS["pupil"], "in", MARKS["class"]
    ]  # fmt: skip
    assert read.context.split() == ["sports", "day", "at", MARKS["school"]]


def test_a_comment_would_pass_for_a_mark() -> None:
    """Whoever writes the private characters themselves must not make the judge see a member of staff."""
    assert not set(MARKS.values()) & set(plain_wording(f"you {MARKS['staff']} fool").text)


def test_an_emoji_would_say_nothing() -> None:
    assert plain_wording("you 🤡").text.split() == ["you", "clown"]


def test_a_link_or_an_account_would_be_read_as_words() -> None:
    read = plain_wording("see https://a.example/x and @someone, £20").text.split()
    assert read == ["see", MARKS["link"], "and", MARKS["account"], ",", MARKS["money"]]
