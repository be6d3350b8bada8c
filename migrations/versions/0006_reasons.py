"""Reasons: why a person rejected an action, kept with it, and the turn in which Steward goes on from there."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE steward.approvals
    ADD reason text NOT NULL DEFAULT '',
    ADD explained_at timestamptz;
ALTER TABLE steward.turns ADD about uuid;
GRANT UPDATE (reason, explained_at) ON steward.approvals TO steward_app;
"""

# The trail holds no content: of the reason it keeps the hash.
RECORDING = """
CREATE FUNCTION steward.record_reason() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
DECLARE
    line audit := about(NEW, 'explained');
BEGIN
    line.evidence := encode(sha256(convert_to(NEW.reason, 'UTF8')), 'hex');
    PERFORM append(line);
    RETURN NULL;
END
$$;
CREATE TRIGGER record_reason AFTER UPDATE OF reason ON steward.approvals
    FOR EACH ROW WHEN (NEW.reason <> OLD.reason) EXECUTE FUNCTION steward.record_reason();
REVOKE ALL ON FUNCTION steward.record_reason() FROM PUBLIC;
"""


def upgrade() -> None:
    for statements in (COLUMNS, RECORDING):
        op.get_bind().exec_driver_sql(statements)
