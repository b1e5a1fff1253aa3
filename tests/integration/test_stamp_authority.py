"""What a real authority, or somebody in its place, can answer; asked over HTTP, judged without a store."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rfc3161_client import VerifierBuilder, decode_timestamp_response
from support.authority import OTHER_POLICY, POLICY, Authority, issue, time_authority

from config.schema import TimeAuthority
from monitor.evidence.stamping import asking
from monitor.evidence.stamping.asking import Line, ask, new_request
from monitor.evidence.stamping.authority import load_authority
from monitor.evidence.stamping.chain import pem_of
from monitor.evidence.stamping.checking import Checked, checked
from monitor.evidence.stamping.errors import NotStamped
from monitor.evidence.stamping.reply import is_in_order, nonce_of, read_reply
from monitor.evidence.stamping.revocation import revocation_of

NOTE = "fernhill.example/evidence-log\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— x\n".encode()


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with time_authority(tmp_path / "authority") as one:
        yield one


@contextmanager
def signing_as(tmp_path: Path, **signing: object) -> Iterator[Authority]:
    with time_authority(tmp_path / "authority", **signing) as one:  # type: ignore[arg-type]  # as given
        yield one


def line(seconds: float = 20.0) -> Line:
    return Line(lambda: datetime.now(UTC), None, None, seconds)


def of_settings(
    authority: Authority, *, policy: str | None = None, chain: bool = True, roots: bytes | None = None
) -> TimeAuthority:
    (authority.folder / "roots.pem").write_bytes(roots or authority.root.pem)
    return TimeAuthority(
        name="tsa-one",
        url=f"{authority.address}/stamp",
        roots=authority.folder / "roots.pem",
        chain=authority.folder / "between.pem" if chain else None,
        policy=policy,
    )


def stamped(authority: Authority, note: bytes = NOTE, **settings: object) -> tuple[bytes, bytes, Checked]:
    ours = load_authority(of_settings(authority, **settings))  # type: ignore[arg-type]  # as given
    request = new_request(note)
    reply = ask(ours, request, line())
    return request, reply, checked(reply, request, note, ours)


def refusal(authority: Authority, **settings: object) -> NotStamped:
    with pytest.raises(NotStamped) as caught:
        stamped(authority, **settings)
    assert caught.value.mend
    return caught.value


def test_a_good_stamp_is_kept_with_its_facts_and_its_chain(authority: Authority) -> None:
    """Or nobody could say who vouches for the time, and until when."""
    request, reply, found = stamped(authority, policy=POLICY)
    assert found.token.policy == POLICY
    assert found.token.nonce == nonce_of(request)
    assert abs(datetime.now(UTC) - found.token.gen_time) < timedelta(minutes=1)
    assert [one.subject.rfc4514_string() for one in found.chain] == [
        "CN=Signer 0", "CN=Between", "CN=Fernhill Test Root",
    ]  # fmt: skip
    assert found.ends_at == authority.signer.certificate.not_valid_after_utc
    library = decode_timestamp_response(reply).tst_info
    assert (library.serial_number, library.nonce) == (found.token.serial, found.token.nonce)
    assert library.gen_time == found.token.gen_time.replace(microsecond=0)


def test_only_a_digest_leaves_the_school(authority: Authority) -> None:
    """Or the authority would learn what the school keeps."""
    request, _, _ = stamped(authority)
    assert authority.requests == [request]
    assert NOTE[:12] not in request
    assert len(request) < 80


def test_every_request_has_a_nonce_of_its_own() -> None:
    """Or an old reply could be passed off as a new one."""
    nonces = {nonce_of(new_request(NOTE)) for _ in range(50)}
    assert len(nonces) == 50
    assert max(nonces) > 2**48


def test_openssl_verifies_what_is_stored(authority: Authority, tmp_path: Path) -> None:
    """Or an expert who has only openssl could not check our word."""
    _, reply, found = stamped(authority)
    (tmp_path / "checkpoint").write_bytes(NOTE)
    (tmp_path / "one.tsr").write_bytes(reply)
    (tmp_path / "chain.pem").write_bytes(pem_of(found.chain))
    command = ["openssl", "ts", "-verify", "-data", "checkpoint", "-in", "one.tsr", "-CAfile", "chain.pem"]
    command += ["-untrusted", "chain.pem", "-attime", str(int(found.token.gen_time.timestamp()))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Verification: OK" in done.stdout
    (tmp_path / "checkpoint").write_bytes(NOTE + b"x")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_a_replayed_stamp_is_refused(authority: Authority) -> None:
    """Or whoever sits on the line could date tomorrow's evidence with yesterday's stamp."""
    _, reply, _ = stamped(authority)
    library = VerifierBuilder(
        roots=[authority.root.certificate], intermediates=[authority.between.certificate]
    )
    # The trap: without a nonce the library takes it.
    assert library.build().verify_message(decode_timestamp_response(reply), NOTE)
    authority.answer = authority.replay
    assert "nonce" in str(refusal(authority))


def test_a_stamp_under_another_policy_is_refused(authority: Authority) -> None:
    """Or a stamp that the authority itself calls a trial would count."""
    authority.policy = OTHER_POLICY
    error = refusal(authority, policy=POLICY)
    assert OTHER_POLICY in str(error)
    assert POLICY in str(error)
    assert stamped(authority)[2].token.policy == OTHER_POLICY


def test_a_root_that_is_not_pinned_is_refused(authority: Authority) -> None:
    """Or any authority that the web trusts, or the school's own filter, could date the evidence."""
    foreign = issue("Another Root")
    error = refusal(authority, roots=foreign.pem)
    assert "does not lead to a root that is pinned" in str(error)
    same_name = issue("Fernhill Test Root")
    assert "does not lead" in str(refusal(authority, roots=same_name.pem))


def test_certificates_that_come_with_a_reply_are_no_root(tmp_path: Path) -> None:
    """Or an authority could vouch for itself."""
    with signing_as(tmp_path) as authority:
        authority.sends_chain = True
        assert "pinned" in str(refusal(authority, roots=issue("Another Root").pem, chain=False))


def test_a_stamp_signed_with_an_ended_certificate_is_refused(tmp_path: Path) -> None:
    """Or a key that its owner no longer guards could date the evidence."""
    with signing_as(tmp_path, begins=timedelta(days=-400), ends=timedelta(days=-1)) as authority:
        assert "expired" in str(refusal(authority))


def test_certificates_out_of_order_are_verified_all_the_same(tmp_path: Path) -> None:
    """Or openssl's own authority, and DigiCert's, could not be used."""
    with signing_as(tmp_path, padded=True) as authority:
        authority.sends_chain = True
        _, reply, found = stamped(authority, chain=False)
        assert not is_in_order(reply)
        with pytest.raises(ValueError, match="InvalidSetOrdering"):
            decode_timestamp_response(reply)
        assert reply == authority.replies[0]
        assert found.chain[-1] == authority.root.certificate


def test_certificates_out_of_order_need_the_openssl_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a reply that no standard tool has looked at would count as checked."""
    with signing_as(tmp_path, padded=True) as authority:
        authority.sends_chain = True
        ours, request = load_authority(of_settings(authority)), new_request(NOTE)
        reply = authority.stamp(request)
        plain = _plainly_stamped(authority, request)
        monkeypatch.setattr(shutil, "which", lambda _: None)
        with pytest.raises(NotStamped, match="openssl is not there") as caught:
            checked(reply, request, NOTE, ours)
        assert "apt install openssl" in caught.value.mend
        assert checked(plain, request, NOTE, ours)


def _plainly_stamped(authority: Authority, request: bytes) -> bytes:
    authority.sends_chain = False
    return authority.stamp(request)


def test_granted_with_changes_is_judged_by_what_was_changed(authority: Authority) -> None:
    """Or an authority that says "granted with modifications" of a sound stamp could not be used."""
    request, reply, _ = stamped(authority)
    changed = reply.replace(b"\x30\x03\x02\x01\x00", b"\x30\x03\x02\x01\x01", 1)
    assert changed != reply
    assert checked(changed, request, NOTE, load_authority(of_settings(authority)))


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_any_changed_byte_that_matters_is_refused(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a damaged or doctored reply would be kept as evidence. What is accepted says the same."""
    request, reply, sound = stamped(authority)
    ours = load_authority(of_settings(authority))
    monkeypatch.setattr("monitor.evidence.stamping.openssl.says_no", lambda *_: None)
    for place in range(len(reply)):
        changed = bytearray(reply)
        changed[place] ^= 1 << place % 8
        try:
            found = checked(bytes(changed), request, NOTE, ours)
        except NotStamped:
            continue
        assert found.token == sound.token, place
        assert found.chain == sound.chain, place


GARBAGE = [
    b"",
    b"not a stamp",
    b"\x30\x80\x00\x00",
    b"\x30\x84\xff\xff\xff\xff",
    b"\x30\x00" * 50,
    bytes(2000),
]


@pytest.mark.parametrize("body", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_refused(authority: Authority, body: bytes) -> None:
    """Or a broken gateway would end the job instead of telling the operators."""
    authority.answer = lambda _: (200, "application/timestamp-reply", body)
    error = refusal(authority)
    assert "is no time stamp" in str(error)
    assert not error.passing


def test_a_reply_cut_short_is_refused(authority: Authority) -> None:
    """Or half a stamp would be stored as one."""
    _, reply, _ = stamped(authority)
    for end in range(0, len(reply), 7):
        authority.answer = lambda _, end=end: (200, "application/timestamp-reply", reply[:end])
        refusal(authority)


def test_a_refusal_is_told_in_words(authority: Authority) -> None:
    """Or the operator would see a number that only the standard explains."""
    authority.answer = lambda _: (200, "application/timestamp-reply", authority.stamp(b"no request"))
    error = refusal(authority)
    assert str(error) == "it gave no stamp: it could not read the request"


def test_an_answer_without_end_is_cut_off(authority: Authority) -> None:
    """Or whoever answers in the authority's place could fill the memory or the disk."""
    authority.answer = lambda _: (200, "application/timestamp-reply", bytes(asking.LARGEST_REPLY + 1))
    assert "more than" in str(refusal(authority))


@pytest.mark.parametrize(
    ("status", "passing"), [(500, True), (503, True), (429, True), (404, False), (403, False)]
)
def test_an_http_error_is_told_and_tried_again(authority: Authority, status: int, passing: bool) -> None:
    """Or a fault of the authority's server would look like a fault of ours."""
    authority.answer = lambda _: (status, "text/plain", b"no")
    error = refusal(authority)
    assert str(error) == f"it answered HTTP {status}"
    assert error.passing == passing


def test_a_filters_page_is_told_apart(authority: Authority) -> None:
    """Or the technician would write to the authority about the school's own filter."""
    page = b"<html><head><title>Blocked</title></head><body>This category is blocked.</body></html>"
    authority.answer = lambda _: (200, "text/html", page)
    error = refusal(authority)
    assert "blocking" in str(error)
    assert "filter" in error.mend
    assert "docs/setup/timestamps.md" in error.mend


def test_a_silent_authority_is_given_up(authority: Authority) -> None:
    """Or one stalled line would hold up every other stamp."""
    authority.hold = threading.Event()
    ours = load_authority(of_settings(authority))
    with pytest.raises(NotStamped, match="took too long") as caught:
        ask(ours, new_request(NOTE), line(0.3))
    assert caught.value.passing


def test_an_authority_that_is_not_there_is_told(authority: Authority) -> None:
    """Or a wrong address would look like a slow one."""
    settings = of_settings(authority).model_copy(update={"url": "http://127.0.0.1:9/stamp"})
    with pytest.raises(NotStamped, match="refused") as caught:
        ask(load_authority(settings), new_request(NOTE), line())
    assert caught.value.passing


def test_the_schools_proxy_is_used(authority: Authority) -> None:
    """Or a school behind a proxy would get no stamp at all."""
    ours = load_authority(of_settings(authority).model_copy(update={"url": "http://tsa.invalid/stamp"}))
    ask(ours, new_request(NOTE), Line(lambda: datetime.now(UTC), authority.address, None))
    assert authority.proxied == ["http://tsa.invalid/stamp"]


# --- revocation -------------------------------------------------------------------------------------


def test_lists_of_revoked_certificates_are_kept(authority: Authority, tmp_path: Path) -> None:
    """Or in ten years nobody could tell whether the authority's certificate stood at the time."""
    _, _, found = stamped(authority)
    kept = revocation_of(found.chain, found.token.gen_time, line())
    assert kept.unknown is None
    assert kept.data is not None
    assert kept.data.count(b"BEGIN X509 CRL") == 2
    assert authority.looked_up == ["/signer.crl", "/between.crl"]
    (tmp_path / "all.pem").write_bytes(pem_of(found.chain) + kept.data)
    (tmp_path / "signer.pem").write_bytes(pem_of(found.chain[:1]))
    command = ["openssl", "verify", "-crl_check_all", "-CAfile", "all.pem", "-purpose", "any", "signer.pem"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0


def test_the_service_is_asked_where_there_is_no_list(tmp_path: Path) -> None:
    """Or authorities that only answer by OCSP would leave a gap in every stamp."""
    with signing_as(tmp_path, names="service") as authority:
        _, _, found = stamped(authority)
        kept = revocation_of(found.chain, found.token.gen_time, line())
        assert kept.data is not None
        assert kept.data.startswith(b"-----BEGIN OCSP RESPONSE-----")
        assert kept.unknown is not None  # of the one between, for which nobody answers
        assert "CN=Between" in kept.unknown


@pytest.mark.parametrize("names", ["list", "service"])
def test_a_revoked_certificate_is_no_witness(tmp_path: Path, names: str) -> None:
    """Or a stolen key could date the evidence."""
    with signing_as(tmp_path, names=names) as authority:
        _, _, found = stamped(authority)
        authority.revoked = True
        with pytest.raises(NotStamped, match="was revoked: CN=Signer 0") as caught:
            revocation_of(found.chain, found.token.gen_time, line())
        assert not caught.value.passing


def test_what_cannot_be_learned_is_said(tmp_path: Path) -> None:
    """Or "not looked up" would look like "not revoked"."""
    with signing_as(tmp_path, names="nothing") as authority:
        _, _, found = stamped(authority)
        kept = revocation_of(found.chain, found.token.gen_time, line())
        assert kept.data is None
        assert kept.unknown == (
            "CN=Signer 0: it names no list and no service; CN=Between: it names no list and no service"
        )


def test_a_list_that_somebody_else_signed_is_not_believed(authority: Authority) -> None:
    """Or whoever sits on the line could hide that a certificate was revoked."""
    _, _, found = stamped(authority)
    forger = issue("Between", issue("Forger"))
    authority.between = forger
    kept = revocation_of(found.chain, found.token.gen_time, line())
    assert kept.unknown == "CN=Signer 0: the list is not signed by the issuer (127.0.0.1)"
    assert kept.data is not None
    assert kept.data.count(b"BEGIN X509 CRL") == 1


def test_an_old_list_is_not_believed(authority: Authority) -> None:
    """Or a list from before the theft of a key would clear it."""
    _, _, found = stamped(authority)
    kept = revocation_of(found.chain, found.token.gen_time + timedelta(days=30), line())
    assert kept.data is None
    assert kept.unknown is not None
    assert "not of today" in kept.unknown


# --- settings ---------------------------------------------------------------------------------------


def test_files_of_certificates_are_named_when_they_cannot_be_used(authority: Authority) -> None:
    """Or a technician would look for the fault at the authority."""
    good = of_settings(authority)
    for content, found in ((b"", "no certificates"), (authority.between.pem, "that is no root (CN=Between)")):
        good.roots.write_bytes(content)
        with pytest.raises(NotStamped) as caught:
            load_authority(good)
        assert str(good.roots) in str(caught.value)
        assert found in str(caught.value)
        assert caught.value.mend
    good.roots.unlink()
    with pytest.raises(NotStamped, match="cannot be read"):
        load_authority(good)


def test_a_token_says_who_signed(authority: Authority) -> None:
    """Or the chain would start from whichever certificate came first."""
    _, reply, _ = stamped(authority)
    token = read_reply(reply)
    assert token.signer_serial == authority.signer.certificate.serial_number
    assert token.signer_issuer == authority.between.certificate.subject.public_bytes()
