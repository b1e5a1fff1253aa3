"""What a step says where a lane has words of its own for it."""

from collections.abc import Mapping

from alerts.ladder.words import Step
from config.words import Lane

IN_LANE: Mapping[tuple[Step, Lane], str] = {
    (Step.POLICE_REPORTED, Lane.INDECENT_IMAGE): (
        "Ring the police now; nobody's consent is needed. Give the platform, the link, the handle and the "
        "time, and nothing else. Do not look, copy, print, forward or delete, do not report it to the "
        "host, and do not tell the person who posted it. Say: not viewed, not copied."
    ),
    (Step.DSL_REFERRAL, Lane.INDECENT_IMAGE): (
        "Head and designated safeguarding lead take it on together, now, with the police and the LADO. "
        "Nobody looks at the picture. A child who is in it can use Report Remove (Childline and the "
        "Internet Watch Foundation); the DSL decides when to say so."
    ),
    (Step.LADO_REFERRAL, Lane.INDECENT_IMAGE): (
        "Ring the local authority's designated officer (LADO) at the same time as the police. Facts only: "
        "platform, link, handle, time. Send no picture. Tell nobody else."
    ),
    (Step.POLICE_REPORTED, Lane.LIFE): (
        "Ring 999 first; nobody's consent is needed, and nothing else comes before it. Then tell the head "
        "and the designated safeguarding lead. Note the log number. Do not write to the author."
    ),
    (Step.HOST_REPORT, Lane.LIFE): (
        "Use the platform's emergency route, once the police have been told. Note the reference. Do not "
        "write to the author."
    ),
    (Step.HOST_REPORT, Lane.CHILD): (
        "The DSL decides whether the host is told, and by whom: a child or parent may have to report it "
        "themselves. Name no child in the form, and attach no picture. The helpline may be called at "
        "once, without the 48 hours."
    ),
    (Step.POLICE_CONSIDERED, Lane.CHILD): (
        "The DSL decides whether to tell the police, having heard the child's wishes, and says why. If "
        "there is danger now, ring 999 and record it afterwards. Done means yes; done with the outcome "
        "“not applicable” means no."
    ),
    (Step.HOST_REPORT, Lane.STAFF_ALLEGATION): (
        "Hold this until the LADO has advised, one working day at most unless a child can be identified. "
        "Then report it with the platform's form, naming the rule that it breaks. Do not repeat the "
        "allegation, and name neither teacher nor pupil."
    ),
    (Step.HOST_REPORT, Lane.INTIMATE_IMAGE): (
        "With the consent of the person in the picture, or by them: report it as an intimate image shared "
        "without consent. Say that it is there, that the report is made by or for them, where it is, and "
        "how to reach them. Nobody looks at the picture or copies it."
    ),
}
