"""Settings: what a technician gets wrong on a Friday afternoon, and what must be said about it."""

import os
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.lines import line_numbers, line_of, shown
from config.loading import SettingsError, find_settings, load_settings, require_production
from config.schema import Role, Settings, Watch

GOOD = """\
[school]
name = "Fernhill Primary & Nursery School"
also_known_as = ["Fernhill Primary"]
dpia_reference = "DPIA-2026-03"

[mail]
host = "smtp.example.sch.uk"
username = "schoolwatch@example.sch.uk"
password = { credential = "smtp-password" }
sender = "schoolwatch@example.sch.uk"

[[people]]
role = "senior_manager"
name = "A. Manager"
email = "manager@example.sch.uk"

[[sources]]
name = "page"
platform = "facebook"
account = "@fernhillprimary"
account_id = "1234567890"
poll_every = "10m"
[sources.credentials]
page_token = { file = "secrets/page-token" }

[[sources]]
name = "x-mentions"
platform = "x"
account = "fernhillprimary"
account_id = "987654321"
watch = ["mentions", "search"]
search = ['"Fernhill Primary"']
x_terms_decision = "A. Head, 2026-09-01: approved"
"""
SECRET = "Zq7" + "hunter2" * 3


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "schoolwatch.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refusal(folder: Path, text: str | bytes) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(write(folder, text))
    assert caught.value.__cause__ is None  # pydantic's own error would show what was found
    return str(caught.value)


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_a_good_file_that_was_misread_would_watch_the_wrong_account(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, GOOD))
    page, mentions = settings.sources
    assert settings.people[0].role is Role.SENIOR_MANAGER
    assert (page.account, page.poll_every.total_seconds()) == ("fernhillprimary", 600)
    assert mentions.watch == (Watch.MENTIONS, Watch.SEARCH)


def test_relative_paths_would_lead_elsewhere_when_the_service_starts_in_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = GOOD + '[store]\nevidence = "sealed"\n[network]\nca_bundle = "filter.pem"\n'
    write(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    settings = load_settings(Path("schoolwatch.toml"))
    assert settings.store.database_url({}) == f"sqlite:///{tmp_path}/schoolwatch.db"
    assert settings.store.sqlite_file() == tmp_path / "schoolwatch.db"
    assert settings.store.evidence == tmp_path / "sealed"
    assert settings.network.ca_bundle == tmp_path / "filter.pem"
    assert settings.sources[0].credentials["page_token"].file == tmp_path / "secrets/page-token"


def test_defaults_of_an_absent_store_table_would_put_evidence_into_the_working_folder(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, GOOD))
    assert settings.store.evidence == tmp_path / "evidence"
    assert settings.store.database_url({}).startswith(f"sqlite:///{tmp_path}/")


def test_an_absolute_path_that_was_moved_would_lose_the_evidence(tmp_path: Path) -> None:
    text = GOOD + '[store]\ndatabase = "sqlite:////srv/watch.db"\nevidence = "/srv/evidence"\n'
    store = load_settings(write(tmp_path, text)).store
    assert (store.sqlite_file(), store.evidence) == (Path("/srv/watch.db"), Path("/srv/evidence"))


def test_the_file_here_would_be_passed_over_for_the_one_in_etc(tmp_path: Path) -> None:
    here, etc = tmp_path / "here.toml", tmp_path / "etc.toml"
    etc.write_text(GOOD)
    assert find_settings(None, (here, etc)) == etc
    here.write_text(GOOD)
    assert find_settings(None, (here, etc)) == here
    assert find_settings(tmp_path / "named.toml", (here, etc)) == tmp_path / "named.toml"


def test_nobody_would_know_where_to_put_the_file_when_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"neither .* nor .* exists.*schoolwatch init"):
        find_settings(None, (tmp_path / "a.toml", tmp_path / "b.toml"))
    with pytest.raises(SettingsError, match="no such file"):
        load_settings(tmp_path / "missing.toml")
    with pytest.raises(SettingsError, match="found a folder"):
        load_settings(tmp_path)


def test_a_folder_closed_to_the_service_would_be_passed_over_in_silence(tmp_path: Path) -> None:
    closed = tmp_path / "etc"
    closed.mkdir(mode=0)
    uid = os.geteuid()
    if uid == 0:
        os.seteuid(65534)
    try:
        found = find_settings(None, (closed / "schoolwatch.toml",))
        with pytest.raises(SettingsError, match=r"cannot be read \(Permission denied\)"):
            load_settings(found)
    finally:
        os.seteuid(uid)


def test_an_unreadable_file_would_end_in_a_traceback(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    path.chmod(0)
    uid = os.geteuid()
    if uid == 0:
        os.seteuid(65534)  # root reads everything
    try:
        with pytest.raises(SettingsError, match=r"cannot be read \(Permission denied\)"):
            load_settings(path)
    finally:
        os.seteuid(uid)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[school]\nname = "Fernhill\n', r"schoolwatch.toml, line 2, column \d+: this is not TOML"),
        ("[school]\nname = Fernhill\n", r"line 2, column 8: this is not TOML"),
        ('[school]\nname = "a"\nname = "b"\n', r"line 3, column \d+: this is not TOML: Cannot overwrite"),
        ('name = """never closed', "not TOML"),
        ("a = " + "[" * 5000, "not TOML that can be read"),
    ],
)
def test_broken_toml_would_leave_the_technician_searching(tmp_path: Path, text: str, said: str) -> None:
    assert re.search(said, refusal(tmp_path, text))


def test_a_file_saved_in_the_windows_alphabet_would_end_in_a_traceback(tmp_path: Path) -> None:
    latin = GOOD.replace("Fernhill Primary &", "Ysgol Tŷ £").encode("cp1252", "replace")
    assert "line 2: found a byte that is not UTF-8 (0xa3)" in refusal(tmp_path, latin)
    assert "found UTF-16; expected UTF-8" in refusal(tmp_path, GOOD.encode("utf-16"))


def test_a_byte_order_mark_from_notepad_would_stop_the_whole_school(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())).people


def test_a_wrong_file_named_by_mistake_would_fill_the_memory(tmp_path: Path) -> None:
    assert "expected settings of at most 1,048,576" in refusal(tmp_path, b"#" * 2_000_000)


MISTAKES = [
    ("poll_every = ", "pol_every = ", 'line 22, sources[0].pol_every: unknown key; did you mean "poll_every"?'),
    ("[mail]", "[mial]", 'line 6, mial: unknown key; did you mean "mail"?'),
    ("[mail]", "[mial]", "mail: missing; expected a table [mail]"),
    ('account_id = "1234567890"\n', "", "line 17, sources[0].account_id: missing"),
    ('"10m"', '"ten minutes"', "line 22, sources[0].poll_every: found 'ten minutes'; expected a span such as"),
    ('"10m"', "600", "sources[0].poll_every: found 600; expected a span such as"),
    ('"Fernhill Primary & Nursery School"', "5", "line 2, school.name: found 5; expected text in quotation"),
    ('"Fernhill Primary & Nursery School"', '" "', "school.name: found nothing; expected text that is not blank"),
    ('"A. Manager"', '"A. Manager\\r\\nBcc: all"', "people[0].name: found a value that is not shown here; expected text on one line"),
    ('["Fernhill Primary"]', '"Fernhill"', 'school.also_known_as: found "Fernhill"; expected a list'),
    ('"senior_manager"', '"senior_manger"', 'did you mean "senior_manager"?'),
    ('"senior_manager"', '"dsl"', 'people: nobody has role = "senior_manager"'),
    ("[[people]]", "[people]", "line 12, people: expected a list"),
    ('["mentions", "search"]', '["mentions", "serach"]', 'sources[1].watch[1]: found "serach"; expected'),
    ('["mentions", "search"]', "[]", "sources[1].watch: expected at least one entry"),
    ('["mentions", "search"]', '["mentions"]', "sources[1].search: found search terms that nothing looks for"),
    ("search = ['\"Fernhill Primary\"']\n", "", 'found "search" in watch but no search terms'),
    ('host = "smtp.example.sch.uk"', 'host = "smtp.example.sch.uk"\nport = "abc"', 'mail.port: found "abc"; expected a whole number'),
    ('host = "smtp.example.sch.uk"', 'host = "smtp.example.sch.uk"\nport = 70000', "mail.port: found 70000; expected a number up to 65535"),
    ('host = "smtp.example.sch.uk"', 'host = "https://smtp.example"', "mail.host: found \"https://smtp.example\"; expected a host name alone"),
    ('host = "smtp.example.sch.uk"', 'host = "smtp.example.sch.uk"\nsecurity = "none"', 'mail.security: found "none" for a host that is not this machine'),
    ('host = "smtp.example.sch.uk"', 'host = "smtp.example.sch.uk"\nsecurity = "ssl"', 'mail.security: found "ssl"; expected'),
    ('username = "schoolwatch@example.sch.uk"\n', "", "mail.password: expected username and password together"),
    ('password = { credential = "smtp-password" }\n', "", "mail.password: expected username and password together"),
    ('sender = "schoolwatch@example.sch.uk"', 'sender = "the office"', 'mail.sender: found "the office"; expected one mail address'),
    ('"manager@example.sch.uk"', '"a@example.org, b@example.org"', "people[0].email: found"),
    ('"@fernhillprimary"', '"https://facebook.com/fernhill"', "sources[0].account: found an address"),
    ('"1234567890"', '"facebook.com/fernhill"', "sources[0].account_id: found an address"),
    ('"x-mentions"', '"PAGE"', 'line 27, sources[1].name: "PAGE" is the name of sources[0] already'),
    ('x_terms_decision = "A. Head, 2026-09-01: approved"\n', "", "sources[1].x_terms_decision: X stays off until somebody has decided"),
    ('"A. Head, 2026-09-01: approved"', '" "', "sources[1].x_terms_decision: found nothing; X stays off"),
    ("'\"Fernhill Primary\"'", "'\"J. Bloggs\"'", "line 32, sources[1].search[0]: every answer to a search must name the school"),
    ("'\"Fernhill Primary\"'", "'from:jbloggs Fernhill'", 'sources[1].search[0]: found the operator "from:"'),
    ('poll_every = "10m"', 'base_url = "http://graph.facebook.com"', "sources[0].base_url: found http://, which anybody"),
    ('poll_every = "10m"', 'base_url = "graph.facebook.com"', "sources[0].base_url: found \"graph.facebook.com\"; expected an address"),
    ('{ credential = "smtp-password" }', '{ env = "A", file = "b" }', "mail.password: give exactly one of env"),
    ('{ credential = "smtp-password" }', '{ enviroment = "A" }', "mail.password.enviroment: unknown key"),
    ('{ credential = "smtp-password" }', "{ credential = 5 }", "mail.password.credential: expected text"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES)
def test_a_mistake_without_its_place_and_mend_would_cost_an_afternoon(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert said in refusal(tmp_path, changed(old, new))


TABLES = [
    ('[console]\nlisten = "8765"\n', 'console.listen: found "8765"; expected a host and a port'),
    ('[console]\npublic_url = "http://watch.example"\n', "console.public_url: found http://"),
    ('[network]\nproxy = "proxy.lan:8080"\n', "network.proxy: expected an address"),
    ('[network]\nproxy = "http://proxy.lan:port"\n', "network.proxy: found an address that cannot be read"),
    ('[store]\ndatabase = "sqlite://"\n', "store.database: found no file, so that nothing would be kept"),
    ('[store]\ndatabase = "sqlite:///:memory:"\n', "store.database: found no file"),
    ('[store]\ndatabase = "mysql://db/watch"\n', "store.database: found another kind of address; expected"),
    ('[store]\ndatabase = "postgresql://db"\n', "store.database: found no name of a database"),
    ('[operations]\nalert_after = "0m"\n', "operations.alert_after: found '0m'; expected a span"),
    ("[[school]]\n", "not TOML"),
    ("stray = 1\n", "unknown key"),
]


@pytest.mark.parametrize(("table", "said"), TABLES)
def test_a_mistake_in_a_rarer_table_would_go_unnamed(tmp_path: Path, table: str, said: str) -> None:
    assert said in refusal(tmp_path, GOOD + table)


def test_only_the_first_of_several_mistakes_would_be_told(tmp_path: Path) -> None:
    text = (
        GOOD.replace('"senior_manager"', '"manager"')
        .replace("poll_every", "pol_every")
        .replace('"x-mentions"', '"page"')
        .replace("'\"Fernhill Primary\"'", "'Bloggs'")
        .replace('sender = "schoolwatch@example.sch.uk"', 'sender = "office"')
    )
    said = refusal(tmp_path, text)
    for part in (
        "has 5 mistakes:",
        "mail.sender",
        "people[0].role",
        "sources[0].pol_every",
        'sources[1].name: "page" is the name of sources[0] already',
        "sources[1].search[0]: every answer",
    ):
        assert part in said
    assert "nobody has role" not in said  # the role that is misspelt may well be the manager's


def test_a_mistake_in_a_source_would_hide_what_is_wrong_with_its_search(tmp_path: Path) -> None:
    text = GOOD.replace('x_terms_decision = "A. Head, 2026-09-01: approved"\n', "").replace(
        "'\"Fernhill Primary\"'", "'Bloggs'"
    )
    said = refusal(tmp_path, text)
    assert "x_terms_decision" in said
    assert "search[0]: every answer" in said


IN_CLEAR = [
    ('{ credential = "smtp-password" }', f'"{SECRET}"'),
    ('{ credential = "smtp-password" }', f'["{SECRET}"]'),
    ('{ credential = "smtp-password" }', f'{{ env = "{SECRET}" }}'),
    ('{ credential = "smtp-password" }', f'{{ env = "{SECRET} " }}'),
    ('{ credential = "smtp-password" }', f'{{ credential = "{SECRET}/{SECRET}" }}'),
    ('{ credential = "smtp-password" }', f'{{ value = "{SECRET}" }}'),
    ('{ file = "secrets/page-token" }', f'"{SECRET}"'),
    ('{ file = "secrets/page-token" }', f'{{ token = {{ clear = "{SECRET}" }} }}'),
    ("page_token = {", f'other = "{SECRET}"\npage_token = {{'),
    ("[sources.credentials]", f'bearer_token = "{SECRET}"\n[sources.credentials]'),
    ("[sources.credentials]", f'appsecret = "{SECRET}"\n[sources.credentials]'),
    ("[sources.credentials]", f'{SECRET} = "a"\n[sources.credentials]'),
    ("[sources.credentials]", f'base_url = "https://app:{SECRET}@graph.facebook.com"\n[sources.credentials]'),
    ("[sources.credentials]", f'base_url = "https://graph.facebook.com/?access_token={SECRET}"\n[sources.credentials]'),
    ("[sources.credentials]", f'options = {{ access_token = "{SECRET}" }}\n[sources.credentials]'),
    ('"1234567890"', f'"https://graph.facebook.com/me?access_token={SECRET}"'),
    ('"manager@example.sch.uk"', f'"{SECRET}"'),
    ("[school]", f'[store]\ndatabase = "postgresql+psycopg://watch:{SECRET}@db/watch"\n[school]'),
    ("[school]", f'[store]\ndatabase = "postgresql://db/watch?password={SECRET}"\n[school]'),
    ("[school]", f'[store]\ndatabase = "{SECRET}://"\n[school]'),
    ("[school]", f'[network]\nproxy = "http://watch:{SECRET}@proxy.lan:8080"\n[school]'),
    ("[school]", f'[network]\nproxy = "http://{SECRET}@proxy.lan:8080"\n[school]'),
    ("[school]", f'[network]\nproxy = "watch:{SECRET}@proxy.lan:8080"\n[school]'),
    ("[sources.credentials]", f'base_url = "watch:{SECRET}@graph.example"\n[sources.credentials]'),
    ("[school]", f'[operations]\napprise = ["msteams://{SECRET}"]\n[school]'),
    ("[school]", f'[operations]\ndead_man_ping = "https://ping.example/{SECRET}"\n[school]'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), IN_CLEAR)
def test_a_token_in_clear_would_be_read_aloud_by_the_error(tmp_path: Path, old: str, new: str) -> None:
    said = refusal(tmp_path, changed(old, new))
    assert SECRET.lower() not in said.lower()
    assert "hunter" not in said


def test_settings_built_without_a_file_would_still_print_the_secret() -> None:
    data = tomllib.loads(GOOD)
    data["mail"]["password"] = SECRET
    with pytest.raises(ValueError, match="a secret must not stand") as caught:
        Settings.model_validate(data)
    assert SECRET not in str(caught.value)


def test_a_search_for_a_person_would_slip_in_past_the_file(tmp_path: Path) -> None:
    data = tomllib.loads(GOOD)
    data["sources"][1]["search"] = ["from:jbloggs"]
    with pytest.raises(ValueError, match="must not follow a person"):
        Settings.model_validate(data)


def test_x_on_this_machine_would_need_a_lawyer_for_a_demo(tmp_path: Path) -> None:
    text = changed('x_terms_decision = "A. Head, 2026-09-01: approved"', 'base_url = "http://127.0.0.1:9/"')
    source = load_settings(write(tmp_path, text)).sources[1]
    assert source.x_terms_decision is None
    assert source.base_url == "http://127.0.0.1:9"


def test_mail_to_a_server_on_this_machine_would_need_a_certificate(tmp_path: Path) -> None:
    text = changed('host = "smtp.example.sch.uk"', 'host = "localhost"\nsecurity = "none"')
    assert load_settings(write(tmp_path, text)).mail.port == 587


def test_production_without_an_impact_assessment_would_break_the_law(tmp_path: Path) -> None:
    require_production(load_settings(write(tmp_path, GOOD)))
    without = load_settings(write(tmp_path, changed('"DPIA-2026-03"', '""')))
    with pytest.raises(SettingsError, match=r"school\.dpia_reference: missing"):
        require_production(without)


def test_a_database_password_would_have_to_stand_in_the_file(tmp_path: Path) -> None:
    text = GOOD + '[store]\ndatabase = { env = "WATCH_DB" }\n[network]\nproxy = { env = "WATCH_PROXY" }\n'
    settings = load_settings(write(tmp_path, text))
    url = f"postgresql://watch:{SECRET}@db/watch"
    environment = {"WATCH_DB": url, "WATCH_PROXY": f"http://u:{SECRET}@proxy.lan:80"}
    assert settings.store.database_url(environment) == url.replace("postgresql:", "postgresql+psycopg:")
    assert settings.network.proxy_url(environment) == environment["WATCH_PROXY"]
    assert settings.store.database_shown() == "address in environment variable WATCH_DB"
    assert settings.store.sqlite_file() is None
    assert SECRET not in repr(settings)


def test_a_long_array_over_many_lines_would_shift_the_line_numbers() -> None:
    text = 'a = 1\n# b = 2\n\nlist = [\n  "x # no comment",\n  "y",\n]\ntext = """\n[not.a.table]\nb = 1\n"""\n[t.u]\nk.l = 1\n[[s]]\nn = 1\n[s.c]\nd = { e = 1 }\n[[s]]\nn = 2\n'
    lines = line_numbers(text)
    assert lines["list",] == 4
    assert lines["text",] == 8
    assert ("b",) not in lines
    assert lines["t", "u"] == 12
    assert lines["t", "u", "k", "l"] == 13
    assert lines["s", 0, "c", "d", "e"] == 17
    assert lines["s", 1, "n"] == 19
    assert line_of(("s", 1, "missing", 3), lines) == 18
    assert line_of(("nowhere",), lines) is None
    assert shown(("s", 1, "n")) == "s[1].n"


KEYS = st.text("abcde_-", min_size=1, max_size=4)
VALUES = st.recursive(
    st.one_of(st.integers(-9, 9).map(str), st.booleans().map(lambda value: str(value).lower()), st.just('"a # b"')),
    lambda inner: st.lists(inner, max_size=3).map(lambda values: "[\n" + ",\n".join(values) + "]"),
    max_leaves=5,
)  # fmt: skip


@given(st.lists(st.tuples(KEYS, VALUES), unique_by=lambda pair: pair[0], max_size=8))
def test_any_file_would_be_told_with_lines_of_its_neighbours(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"{key} = {value}\n" for key, value in pairs)
    lines = line_numbers(text)
    for key, _ in pairs:
        assert text.split("\n")[lines[key,] - 1].startswith(f"{key} = ")


@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: GOOD.encode()[:400] + text.encode("utf-8", "replace"))
)
def test_any_rubbish_would_end_in_a_traceback(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "rubbish.toml"
    path.write_bytes(raw)
    with pytest.raises(SettingsError):
        load_settings(path)
