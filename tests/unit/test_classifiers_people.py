"""Who is found in a text: the register's people in all the ways they are written."""

import time

import pytest

from classifiers.interface import Comment, Pupil, Register, StaffMember
from classifiers.pupil_information.identify import identify, resolved
from classifiers.reading import Reader, Reading
from classifiers.register import keyed_token
from classifiers.register.mentions import Kind

KEY = b"k" * 32
PUPILS = (
    Pupil("p-1", "Ayaan", "Ayaan", "Birch", "4B", "Year 4"),
    Pupil("p-2", "Lily-Mae", "Lily", "Dobson", "3A", "Year 3"),
    Pupil("p-3", "Zoë", "Zoë", "O'Hara-Clarke", "3A", "Year 3"),
    Pupil("p-4", "Ayaan", "Ayaan", "Quill", "5A", "Year 5"),
    Pupil("p-5", "Grace", "Grace", "Young", "4B", "Year 4", upn_token=keyed_token(KEY, "P987214625001")),
    Pupil("p-6", "Łukasz", "Luke", "Wójcik", "Oak", "Year 6"),
    Pupil("p-7", "Noor", "Noor", "Quill", "1A", "Year 1"),
)
STAFF = (
    StaffMember(
        "s-1", "Mrs", "Helen", "Whitlock", "Headteacher", ("the head", "Mrs W", "Helen Pryce (former name)")
    ),
    StaffMember("s-2", "Mr", "Gareth", "Pugh-Lewis", "Class teacher 5A and maths lead", ("Pughy",)),
    StaffMember("s-3", "Mr", "Barry", "Hough", "Site manager", ("Baz",)),
    StaffMember("s-4", "Mrs", "Carol", "Young", "Class teacher 4B", ()),
)
REGISTER = Register("Fernhill Primary School", ("Fernhill",), PUPILS, STAFF, KEY)
READER = Reader(REGISTER)


def read(text: str, context: str | None = None) -> Reading:
    return READER.read(Comment("1", text, context))


def pupils(text: str, context: str | None = None) -> tuple[str, ...]:
    reading = read(text, context)
    return resolved(identify(reading, READER, KEY))


def staff(text: str) -> set[str]:
    return {mention.ids[0] for mention in read(text).of(Kind.STAFF) if len(mention.ids) == 1}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Ayaan Birch was there", ("p-1",)),
        ("ayaan birch was there", ("p-1",)),
        ("AYAAN BIRCH", ("p-1",)),
        ("Birch, Ayaan", ("p-1",)),
        ("#ayaanbirch", ("p-1",)),
        ("add xX_ayaan_birch_Xx", ("p-1",)),
        ("4y4an b1rch smells", ("p-1",)),
        ("A y a a n Birch", ("p-1",)),
        ("Ayaan Brich is in trouble", ("p-1",)),
        ("lily mae dobson's mum", ("p-2",)),
        ("Lilymae Dobson", ("p-2",)),
        ("Lily D in 3A", ("p-2",)),
        ("Zoe O'Hara Clarke", ("p-3",)),
        ("Zoe O’Hara-Clarke", ("p-3",)),
        ("Lukasz Wojcik", ("p-6",)),
        ("Luke (Oak)", ("p-6",)),
        ("Ayaan in 5A", ("p-4",)),
        ("Ayaan in Year 5", ("p-4",)),
        ("Ayaan in Mr Pugh-Lewis's class", ("p-4",)),
        ("Noor Quill and her brother Ayaan", ("p-7", "p-4")),
        ("A.B. in 4B", ("p-1",)),
        ("UPN P987214625001", ("p-5",)),
        ("Ayaan is lovely", ()),
        ("UPN A987214625001", ()),
        ("grace period", ()),
        ("Grace under fire", ()),
        ("a young teacher", ()),
        ("Mr Birch from the garage", ()),
        ("Mrs Young was kind", ()),
    ],
)
def test_a_pupil_would_be_missed_or_another_named(text: str, ids: tuple[str, ...]) -> None:
    assert pupils(text) == ids


def test_the_post_above_would_not_tell_which_pupil_is_meant() -> None:
    assert pupils("go on Ayaan!", "5A won the quiz") == ("p-4",)
    assert pupils("go on Ayaan!", "Somebody won the quiz") == ()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Mrs Whitlock said", {"s-1"}),
        ("mrs witlock said", {"s-1"}),
        ("MRS WHITLOCKS office", {"s-1"}),
        ("the head said", {"s-1"}),
        ("our headteacher said", {"s-1"}),
        ("Helen Pryce as was", {"s-1"}),
        ("Pughy again", {"s-2"}),
        ("mr pugh lewis", {"s-2"}),
        ("the Year 5 teacher", {"s-2"}),
        ("the caretaker", {"s-3"}),
        ("Baz fixed it", {"s-3"}),
        ("Mrs Young was kind", {"s-4"}),
        ("young people today", set()),
        ("off the top of my head", set()),
        ("Mr Stranger", set()),
    ],
)
def test_a_member_of_staff_would_be_missed_or_another_named(text: str, ids: set[str]) -> None:
    assert staff(text) == ids


@pytest.mark.parametrize("text", ["Fernhill is great", "@FernhillPrimary help", "#fernhillschool"])
def test_the_school_would_not_be_known_by_its_names(text: str) -> None:
    assert read(text).of(Kind.SCHOOL)


def test_a_name_would_reach_the_words_that_a_model_learns() -> None:
    masked = read("Ayaan Birch in 4B told Mrs Whitlock at @FernhillPrimary, 07700 900123").masked
    for name in ("ayaan", "birch", "whitlock", "fernhill", "4b", "900123"):
        assert name not in masked


def test_matching_would_grow_slower_with_a_larger_register() -> None:
    """Twenty times the pupils must not cost twenty times the time."""
    many = tuple(Pupil(f"q-{n}", f"First{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}", "", f"Sur{chr(97 + n // 676 % 26)}name", "4B", "Year 4")
                 for n in range(4000))  # fmt: skip
    large = Reader(Register("", (), many, STAFF))
    text = "My daughter came home and said that the lunch was cold again and nobody listened " * 5
    fast, slow = (_time_of(reader, text) for reader in (READER, large))
    assert slow < 5 * fast


def _time_of(reader: Reader, text: str) -> float:
    best = 1.0
    for _ in range(5):
        started = time.process_time()
        for _ in range(20):
            reader.read(Comment("1", text))
        best = min(best, time.process_time() - started)
    return best
