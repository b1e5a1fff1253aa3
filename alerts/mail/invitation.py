"""The mail that invites somebody to a page of their own: it quotes nothing and holds no code."""

from markupsafe import Markup

from alerts.mail.drafts import Draft
from alerts.mail.folding import folded

_HTML = Markup(
    '<div style="font-family: Arial, sans-serif; font-size: 16px; line-height: 1.5; max-width: 40em">{}</div>'
)


def invitation_draft(school: str, reference: str, *, by: str, address: str, hours: int) -> Draft:
    """`address` is the link; the code that opens it is given in person, never by mail."""
    subject = f"A page for you about {reference}"
    before = (
        f"{by} of {school} asks you to say what you wish to be done about something that was written online. "
        "You need not answer, you may answer in part, and you may change your mind later."
    )
    code = (
        f"The page asks for a code. {by} gives it to you in person, not by e-mail. The link works for "
        f"{hours // 24} days. Nobody else needs it: please do not pass this e-mail on."
    )
    talk = (
        "If you would rather talk, speak with them, with your union, or with anybody you trust. If you or "
        "anybody else may be in danger, ring 999."
    )
    text = "\n\n".join((before, address, code, talk)) + "\n"
    link = Markup('<a href="{0}">Open your page</a>').format(address)
    parts = (before, link, code, talk)
    html = _HTML.format(Markup("").join(Markup("<p>{}</p>").format(part) for part in parts))
    return Draft(subject, folded(text), str(html))
