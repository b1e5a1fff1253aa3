"""How the HTML part looks. Inline, because many mail clients drop style sheets; nothing is ever loaded."""

from markupsafe import Markup

from config.words import Severity

BANDS = {
    Severity.CRITICAL: "#8f1d14",
    Severity.HIGH: "#b4460d",
    Severity.MEDIUM: "#765600",
    Severity.LOW: "#1d5a8a",
    Severity.NONE: "#3d4a57",
}
"""The colour of the band on top: white on each has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""

STYLES = {
    "heading": Markup('style="margin:22px 0 8px;font-size:17px;line-height:24px;"'),
    "paragraph": Markup('style="margin:0 0 14px;"'),
    "list": Markup('style="margin:0 0 14px;padding:0 0 0 20px;"'),
    "entry": Markup('style="margin:0 0 8px;"'),
    "warning": Markup(
        'class="warning" style="margin:0 0 16px;padding:12px 14px;background-color:#fff4e5;'
        'border-left:5px solid #b4460d;color:#1a1a1a;"'
    ),
    "term": Markup('class="quiet" style="padding:5px 14px 5px 0;vertical-align:top;color:#4d5863;"'),
    "detail": Markup('style="padding:5px 0;vertical-align:top;word-break:break-word;"'),
    "code": Markup(
        'style="margin:0 0 14px;font-family:Consolas,Menlo,monospace;font-size:13px;line-height:19px;'
        'word-break:break-all;"'
    ),
    "quiet": Markup('class="quiet" style="margin:0 0 14px;font-size:14px;line-height:20px;color:#4d5863;"'),
    "table": Markup(
        'role="presentation" cellpadding="0" cellspacing="0" border="0" '
        'style="margin:0 0 14px;font-size:16px;line-height:22px;"'
    ),
}
