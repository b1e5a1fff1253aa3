"""First light: the tables of the whole way of a comment."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schools",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leaf_count", sa.Integer(), nullable=False),
        sa.Column("incident_count", sa.Integer(), nullable=False),
        sa.Column("register_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schools")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("valid_from", sa.String(), nullable=False),
        sa.Column("valid_to", sa.String(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("document_ref", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_consents_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint(
            "school_id",
            "pupil_id",
            "channel",
            "medium",
            "valid_from",
            name=op.f("uq_consents_school_id_pupil_id_channel_medium_valid_from"),
        ),
    )
    op.create_index(op.f("ix_consents_school_id"), "consents", ["school_id"])

    op.create_table(
        "custody_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("item_uid", sa.String(length=36), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_custody_events_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_events")),
    )
    op.create_index(op.f("ix_custody_events_item_uid"), "custody_events", ["item_uid"])
    op.create_index(op.f("ix_custody_events_school_id"), "custody_events", ["school_id"])

    op.create_table(
        "envelopes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_envelopes_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelopes")),
    )
    op.create_index(op.f("ix_envelopes_school_id"), "envelopes", ["school_id"])

    op.create_table(
        "forgotten_items",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_forgotten_items_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgotten_items")),
        sa.UniqueConstraint("school_id", "mark", name=op.f("uq_forgotten_items_school_id_mark")),
    )
    op.create_index(op.f("ix_forgotten_items_school_id"), "forgotten_items", ["school_id"])

    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_pass", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("ladder", sa.JSON(), nullable=False),
        sa.Column("next_recheck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_incidents_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("school_id", "reference", name=op.f("uq_incidents_school_id_reference")),
    )
    op.create_index(op.f("ix_incidents_fingerprint"), "incidents", ["fingerprint"])
    op.create_index(op.f("ix_incidents_next_recheck_at"), "incidents", ["next_recheck_at"])
    op.create_index(op.f("ix_incidents_school_id"), "incidents", ["school_id"])
    op.create_index(op.f("ix_incidents_state"), "incidents", ["state"])

    op.create_table(
        "leaves",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("item_uid", sa.String(length=36), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_leaves_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaves")),
        sa.UniqueConstraint("school_id", "seq", name=op.f("uq_leaves_school_id_seq")),
    )
    op.create_index(op.f("ix_leaves_item_uid"), "leaves", ["item_uid"])
    op.create_index(op.f("ix_leaves_school_id"), "leaves", ["school_id"])

    op.create_table(
        "operator_alerts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("other_ways", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_operator_alerts_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_alerts")),
        sa.UniqueConstraint(
            "school_id",
            "kind",
            "subject",
            "opened_at",
            name=op.f("uq_operator_alerts_school_id_kind_subject_opened_at"),
        ),
    )
    op.create_index(op.f("ix_operator_alerts_school_id"), "operator_alerts", ["school_id"])

    op.create_table(
        "pupils",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("preferred_name", sa.String(), nullable=False),
        sa.Column("surname", sa.String(), nullable=False),
        sa.Column("class_name", sa.String(), nullable=False),
        sa.Column("year_group", sa.String(), nullable=False),
        sa.Column("upn_token", sa.String(length=64), nullable=False),
        sa.Column("date_of_birth_token", sa.String(length=64), nullable=False),
        sa.Column("photo_consent", sa.JSON(), nullable=False),
        sa.Column("consent_withdrawn_on", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_pupils_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pupils")),
        sa.UniqueConstraint("school_id", "pupil_id", name=op.f("uq_pupils_school_id_pupil_id")),
    )
    op.create_index(op.f("ix_pupils_school_id"), "pupils", ["school_id"])

    op.create_table(
        "sources",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_by", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_pass_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_sources_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("school_id", "name", name=op.f("uq_sources_school_id_name")),
    )
    op.create_index(op.f("ix_sources_school_id"), "sources", ["school_id"])

    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("surname", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("also_known_as", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_staff_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("school_id", "staff_id", name=op.f("uq_staff_school_id_staff_id")),
    )
    op.create_index(op.f("ix_staff_school_id"), "staff", ["school_id"])

    op.create_table(
        "weekly_exports",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_weekly_exports_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_exports")),
        sa.UniqueConstraint("school_id", "week", name=op.f("uq_weekly_exports_school_id_week")),
    )
    op.create_index(op.f("ix_weekly_exports_school_id"), "weekly_exports", ["school_id"])

    op.create_table(
        "items",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("watch", sa.String(), nullable=False),
        sa.Column("surface", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=True),
        sa.Column("author_handle", sa.LargeBinary(), nullable=True),
        sa.Column("author_name", sa.LargeBinary(), nullable=True),
        sa.Column("parent_id", sa.String(), nullable=True),
        sa.Column("root_id", sa.String(), nullable=True),
        sa.Column("on_own_account", sa.Boolean(), nullable=False),
        sa.Column("school_is_author", sa.Boolean(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("context", sa.LargeBinary(), nullable=True),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_at_raw", sa.LargeBinary(), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_pass", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("text_dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_items_school_id")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_items_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint(
            "school_id",
            "platform",
            "external_id",
            "version",
            name=op.f("uq_items_school_id_platform_external_id_version"),
        ),
        sa.UniqueConstraint("school_id", "uid", name=op.f("uq_items_school_id_uid")),
    )
    op.create_index(op.f("ix_items_school_id"), "items", ["school_id"])
    op.create_index("ix_items_school_state", "items", ["school_id", "state"])
    op.create_index(op.f("ix_items_source_id"), "items", ["source_id"])

    op.create_table(
        "outages",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("mend", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_outages_school_id")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_outages_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outages")),
    )
    op.create_index(op.f("ix_outages_school_id"), "outages", ["school_id"])
    op.create_index(op.f("ix_outages_source_id"), "outages", ["source_id"])

    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("server_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_outgoing_mail_incident_id")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_outgoing_mail_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
        sa.UniqueConstraint("school_id", "dedupe_key", name=op.f("uq_outgoing_mail_school_id_dedupe_key")),
    )
    op.create_index("ix_outgoing_mail_due", "outgoing_mail", ["state", "next_attempt_at"])
    op.create_index(op.f("ix_outgoing_mail_incident_id"), "outgoing_mail", ["incident_id"])
    op.create_index(op.f("ix_outgoing_mail_school_id"), "outgoing_mail", ["school_id"])

    op.create_table(
        "stream_cursors",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("watch", sa.String(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("cursor", sa.JSON(), nullable=False),
        sa.Column("first_pass_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_stream_cursors_school_id")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_stream_cursors_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream_cursors")),
        sa.UniqueConstraint(
            "school_id",
            "source_id",
            "watch",
            "key",
            name=op.f("uq_stream_cursors_school_id_source_id_watch_key"),
        ),
    )
    op.create_index(op.f("ix_stream_cursors_school_id"), "stream_cursors", ["school_id"])
    op.create_index(op.f("ix_stream_cursors_source_id"), "stream_cursors", ["source_id"])

    op.create_table(
        "takedown_tasks",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rung", sa.String(), nullable=True),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("owner_role", sa.String(), nullable=False),
        sa.Column("what_to_do", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_takedown_tasks_incident_id")
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_takedown_tasks_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takedown_tasks")),
        sa.UniqueConstraint(
            "school_id", "incident_id", "number", name=op.f("uq_takedown_tasks_school_id_incident_id_number")
        ),
    )
    op.create_index(op.f("ix_takedown_tasks_due_at"), "takedown_tasks", ["due_at"])
    op.create_index(op.f("ix_takedown_tasks_incident_id"), "takedown_tasks", ["incident_id"])
    op.create_index(op.f("ix_takedown_tasks_school_id"), "takedown_tasks", ["school_id"])
    op.create_index(op.f("ix_takedown_tasks_state"), "takedown_tasks", ["state"])

    op.create_table(
        "evidence_items",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("item_uid", sa.String(length=36), nullable=False),
        sa.Column("leaf_seq", sa.Integer(), nullable=False),
        sa.Column("evidence_leaf_seq", sa.Integer(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("withheld", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_evidence_items_item_id")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_evidence_items_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_items")),
        sa.UniqueConstraint("school_id", "item_id", name=op.f("uq_evidence_items_school_id_item_id")),
        sa.UniqueConstraint("school_id", "item_uid", name=op.f("uq_evidence_items_school_id_item_uid")),
    )
    op.create_index(op.f("ix_evidence_items_school_id"), "evidence_items", ["school_id"])

    op.create_table(
        "holdings",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("leaf_seq", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("raw_salt", sa.LargeBinary(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("envelope_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelopes.id"], name=op.f("fk_holdings_envelope_id")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_holdings_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_holdings_school_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_holdings")),
    )
    op.create_index(op.f("ix_holdings_envelope_id"), "holdings", ["envelope_id"])
    op.create_index(op.f("ix_holdings_expires_at"), "holdings", ["expires_at"])
    op.create_index(op.f("ix_holdings_school_id"), "holdings", ["school_id"])

    op.create_table(
        "incident_items",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_incident_items_incident_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_incident_items_item_id")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_incident_items_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_items")),
        sa.UniqueConstraint("school_id", "item_id", name=op.f("uq_incident_items_school_id_item_id")),
    )
    op.create_index(op.f("ix_incident_items_incident_id"), "incident_items", ["incident_id"])
    op.create_index(op.f("ix_incident_items_school_id"), "incident_items", ["school_id"])

    op.create_table(
        "judgements",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("pupils", sa.JSON(), nullable=False),
        sa.Column("staff", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_judgements_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_judgements_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgements")),
        sa.UniqueConstraint("school_id", "item_id", name=op.f("uq_judgements_school_id_item_id")),
    )
    op.create_index(op.f("ix_judgements_school_id"), "judgements", ["school_id"])

    op.create_table(
        "rechecks",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("canary_healthy", sa.Boolean(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_rechecks_incident_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_rechecks_item_id")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_rechecks_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rechecks")),
    )
    op.create_index(op.f("ix_rechecks_incident_id"), "rechecks", ["incident_id"])
    op.create_index(op.f("ix_rechecks_school_id"), "rechecks", ["school_id"])
    for table in ("leaves", "custody_events"):
        forbid_changes(table)


def forbid_changes(table: str) -> None:
    """The log and the custody record are only ever added to."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is only ever added to'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_only_added_to()"
    )
