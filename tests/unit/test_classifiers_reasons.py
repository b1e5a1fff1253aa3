"""Reasons: who, what and how; at the words that were really written, in every language and disguise."""

import pytest

from classifiers.interface import Comment, Pupil, Register, StaffMember
from classifiers.pupil_information.identify import identify
from classifiers.reading import Reader
from classifiers.reasons import reasons_for
from config.words import Flag, Label

PUPILS = (
    Pupil("p-1", "Ayaan", "Ayaan", "Birch", "4B", "Year 4"),
    Pupil("p-2", "Ayaan", "Ayaan", "Quill", "5A", "Year 5"),
)
STAFF = (StaffMember("s-1", "Mrs", "Helen", "Whitlock", "Headteacher", ("the head",)),)
READER = Reader(Register("Fernhill", (), PUPILS, STAFF, b"k"))
TEXTS = (
    "Mae Mrs Whitlock wedi dwyn arian yr ysgol, mae'n debyg",
    "Pani Whitlock ukradła pieniądze, wszyscy wiedzą",
    "مسز Whitlock نے پیسے چوری کیے 🔥",
    "mrs wh1tl0ck st0le the m0ney",
    "t h i e f  that w h i t l o c k",
    "🤡🐷🔪",
    "\u202eWhitlock stole it\u202c",
    "Аyааn Вirсh in 4B is a th\u200bief",
    "ＡＹＡＡＮ ＢＩＲＣＨ 4B 💊",
    "https://a.example/b",
)


def reasons(text: str, *categories: Label | Flag, telling: str = "") -> list[tuple[str, str, str]]:
    reading = READER.read(Comment("1", text))
    found = identify(reading, READER, b"k")
    labels = [word for word in categories if isinstance(word, Label)]
    flags = [word for word in categories if isinstance(word, Flag)]
    made = reasons_for(reading, found, labels, flags, lambda _: telling)
    assert all(text[one.start : one.end] == one.text != "" for one in made)
    return [(one.category, one.text, one.why) for one in made]


@pytest.mark.parametrize("text", TEXTS)
def test_a_reason_would_be_lacking_or_point_beside_the_words(text: str) -> None:
    made = reasons(text, *Label, *Flag)
    assert {category for category, _, _ in made} == {*map(str, Label), *map(str, Flag)}
    whys = " ".join(why.lower() for _, _, why in made)
    assert not {"whitlock", "ayaan", "birch"} & set(whys.replace(",", " ").split())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Mrs Whitlock stole it.", "imputes a crime about a member of staff, as a statement; someone must look"),
        ("I heard Mrs Whitlock stole it.",
         "imputes a crime about a member of staff, as a rumour; someone must look"),
        ("Has Mrs Whitlock stolen it?",
         "imputes a crime about a member of staff, as a question; someone must look"),
        ("Mrs Whitlock stole it. Just saying, draw your own conclusions.",
         "imputes a crime about a member of staff, as an insinuation; someone must look"),
        ("Ayaan Birch's mum stole it.",
         "imputes a crime about a pupil's family, as a statement; someone must look"),
    ],
)  # fmt: skip
def test_a_manager_would_not_learn_who_what_and_how(text: str, why: str) -> None:
    assert why in [said for _, _, said in reasons(text, Label.DEFAMATION)]


def test_an_imputation_without_a_known_word_would_have_no_reason() -> None:
    made = reasons("Mrs Whitlock zorbled it", Label.DEFAMATION, telling="zorbled")
    why = "imputes something serious about a member of staff, as a statement; someone must look"
    assert made == [("defamation", "zorbled", why)]


@pytest.mark.parametrize(
    ("text", "certainty"),
    [("Ayaan Birch", "fits one pupil of the register"), ("Ayaan again", "fits two pupils of the register"),
     ("Ayaan in 5A", "with class; fits one pupil of the register")],
)  # fmt: skip
def test_nobody_would_know_how_certain_a_name_is(text: str, certainty: str) -> None:
    assert any(certainty in why for _, _, why in reasons(text, Label.PUPIL_INFORMATION))
