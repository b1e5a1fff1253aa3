"""Whether a reply is a stamp worth keeping: digest, nonce, policy, chain, pinned root, signature.

rfc3161-client checks the signature and the chain at the time of the stamp, and nonce and policy only when
they are handed to it (measured: without a nonce it takes a replayed reply); so both always are. It does not
look at the signed reference to the signer's certificate (ESSCertID, RFC 5816), openssl does; so openssl is
asked as well wherever it is installed.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

from monitor.evidence.stamping import openssl
from monitor.evidence.stamping.authority import Authority
from monitor.evidence.stamping.chain import Chain, NoChain, chain_of
from monitor.evidence.stamping.errors import NotStamped
from monitor.evidence.stamping.reply import (
    Refused,
    Token,
    Unreadable,
    for_the_library,
    is_in_order,
    nonce_of,
    read_reply,
)

_ANOTHER = "Ask the authority's support; until then name another authority under [evidence]."
_ROOTS = (
    "Compare the authority's published root certificate with the file named as roots, and get it again from "
    "the authority if it changed; do not take a root from the reply itself."
)


@dataclass(frozen=True)
class Checked:
    token: Token
    chain: Chain

    @property
    def ends_at(self) -> datetime:
        """When the first certificate of the chain ends: from then on nobody renews its revocation data."""
        return min(one.not_valid_after_utc for one in self.chain)


def checked(reply: bytes, request: bytes, note: bytes, authority: Authority) -> Checked:
    """The facts of a reply that answers this request over this note. Raises NotStamped, runs openssl."""
    token = _granted(reply)
    _answers(token, request, note)
    if authority.policy not in (None, token.policy):
        raise NotStamped(
            f"it stamped under policy {token.policy}; expected {authority.policy}",
            f"Correct policy of {authority.name}, or leave it out to take any.",
        )
    try:
        chain = chain_of(token, authority.roots, authority.between)
    except NoChain as error:
        raise NotStamped(f"its certificates are not trusted: {error}", _ROOTS) from error
    complaint = signature_fault(reply, note, chain, nonce=nonce_of(request))
    if complaint is not None:
        raise NotStamped(f"its signature does not hold: {complaint}", _ANOTHER)
    _second_opinion(reply, request, chain, token)
    return Checked(token, chain)


def signature_fault(reply: bytes, note: bytes, chain: Chain, *, nonce: int) -> str | None:
    """What is wrong with signature, chain, nonce or digest of a reply; None when nothing is.

    The chain's last certificate is taken as the root; who calls has to know why.
    """
    # Copies, because the builder keeps the very lists it is handed.
    builder = VerifierBuilder(roots=[chain[-1]], intermediates=list(chain[:-1]), nonce=nonce)
    try:
        response = decode_timestamp_response(for_the_library(reply))
        builder.build().verify(response, hashlib.sha256(note).digest())
    except VerificationError as error:
        return _in_short(str(error))
    except (ValueError, Unreadable) as error:
        return f"the reply cannot be read ({_in_short(str(error))})"
    return None


def _granted(reply: bytes) -> Token:
    try:
        return read_reply(reply)
    except Refused as error:
        raise NotStamped(f"it gave no stamp: {error}", _ANOTHER, passing=True) from error
    except Unreadable as error:
        raise NotStamped(
            f"what it answered is no time stamp ({error})",
            "Check the address under url; it must be that of a time-stamping authority (RFC 3161).",
        ) from error


def _answers(token: Token, request: bytes, note: bytes) -> None:
    if token.digest != hashlib.sha256(note).digest():
        raise NotStamped("it stamped something else than was sent", _ANOTHER)
    if token.nonce != nonce_of(request):
        raise NotStamped("it sent a stamp made for another request (the nonce differs)", _ANOTHER)


def _second_opinion(reply: bytes, request: bytes, chain: Chain, token: Token) -> None:
    try:
        complaint = openssl.says_no(reply, request, chain, token.gen_time)
    except openssl.ProgramMissing:
        if is_in_order(reply):
            return
        raise NotStamped(
            "its certificates are not in the order of the standard, and openssl is not there to check them",
            "Install the openssl program (apt install openssl).",
        ) from None
    if complaint is not None:
        raise NotStamped(f"openssl does not accept it: {complaint}", _ANOTHER)


def _in_short(text: str) -> str:
    """OpenSSL's own reason, without the file names of its source."""
    _, found, reason = text.rpartition("Verify error:")
    words = reason.split('"', 1)[0] if found else text
    return " ".join(words.split())[:160]
