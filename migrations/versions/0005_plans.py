"""Plans: steps that keep their order, cards that take another's place, and turns that go on with the results."""

from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

# An action that takes another's place is of the request that asked for it, and a step of the plan of the one before.
COLUMNS = """
ALTER TABLE steward.turns
    ADD typed text,
    ADD then_what text NOT NULL DEFAULT '',
    ADD plan_ts text NOT NULL DEFAULT '',
    ADD follows uuid UNIQUE REFERENCES steward.turns ON DELETE CASCADE;
CREATE INDEX turns_to_follow ON steward.turns (asked_at) WHERE then_what <> '';
ALTER TABLE steward.approvals
    ADD plan uuid REFERENCES steward.turns ON DELETE CASCADE,
    ADD replaces uuid;
ALTER TABLE steward.approvals NO FORCE ROW LEVEL SECURITY;
UPDATE steward.approvals SET plan = turn;
ALTER TABLE steward.approvals FORCE ROW LEVEL SECURITY;
ALTER TABLE steward.approvals ALTER plan SET NOT NULL;
CREATE INDEX approvals_of_plan ON steward.approvals (plan, position);
"""

# "due" passes over what waits for an earlier step; "unfollowed" is a plan whose follow-up was never opened.
WAITING = """
CREATE OR REPLACE FUNCTION steward.waiting(at timestamptz) RETURNS TABLE (kind text, id text, person uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    WITH living AS MATERIALIZED (SELECT holders() AS owner)
    SELECT * FROM (
        SELECT 'envelope', key, person FROM inbox
        WHERE settled_at IS NULL AND (owner IS NULL OR owner NOT IN (SELECT owner FROM living))
        ORDER BY received_at LIMIT 500) envelopes
    UNION ALL SELECT * FROM (
        SELECT 'turn', id::text, person FROM turns
        WHERE status = 'running' AND (owner IS NULL OR owner NOT IN (SELECT owner FROM living))
        ORDER BY asked_at LIMIT 500) running
    UNION ALL SELECT * FROM (
        SELECT DISTINCT ON (person, conversation) 'turn', id::text, person FROM turns queued
        WHERE status = 'queued' AND NOT EXISTS (
            SELECT FROM turns WHERE status = 'running'
                AND person = queued.person AND conversation = queued.conversation)
        ORDER BY person, conversation, ts LIMIT 500) queued
    UNION ALL SELECT * FROM (
        SELECT 'turn', id::text, person FROM turns
        WHERE status IN ('ended', 'failed') AND reply <> '' AND reply_ts = ''
            AND (owner NOT IN (SELECT owner FROM living) OR post_at <= at) AND ended_at > at - interval '1 day'
        ORDER BY post_at LIMIT 500) unposted
    UNION ALL SELECT * FROM (
        SELECT 'turn', id::text, person FROM turns whole
        WHERE then_what <> ''
            AND EXISTS (
                SELECT FROM approvals
                WHERE plan = whole.id AND status IN ('done', 'partial') AND changed_at > at - interval '1 day')
            AND NOT EXISTS (
                SELECT FROM approvals
                WHERE plan = whole.id AND status IN ('proposed', 'approved', 'running', 'undoing', 'uncertain'))
        ORDER BY asked_at LIMIT 500) unfollowed
    UNION ALL SELECT * FROM (
        SELECT 'action', id::text, person FROM approvals step
        WHERE (status = 'approved' OR status IN ('running', 'undoing')
                AND (owner IS NULL OR owner NOT IN (SELECT owner FROM living)))
            AND (not_before IS NULL OR not_before <= at)
            AND NOT (status = 'approved' AND EXISTS (
                SELECT FROM approvals
                WHERE plan = step.plan AND position < step.position
                    AND status IN ('approved', 'running', 'undoing')))
        ORDER BY changed_at LIMIT 500) due
    UNION ALL SELECT * FROM (
        SELECT 'action', id::text, person FROM approvals
        WHERE status = 'proposed' AND expires_at <= at ORDER BY expires_at LIMIT 500) overdue
    UNION ALL SELECT * FROM (
        SELECT 'action', id::text, person FROM approvals
        WHERE drawn IS DISTINCT FROM status AND status NOT IN ('approved', 'running', 'undoing')
            AND NOT (status = 'proposed' AND expires_at <= at)
            AND redraw_at <= at AND changed_at > at - interval '1 day'
        ORDER BY redraw_at LIMIT 500) undrawn
$$;
"""

# What was left to do is said in words too, and goes with them.
TIDY = """
CREATE OR REPLACE FUNCTION steward.tidy(before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    DELETE FROM inbox WHERE settled_at < before;
    DELETE FROM consents WHERE expires_at < before;
    DELETE FROM messages WHERE said_at < before;
    UPDATE turns SET text = '', reply = '', then_what = '', typed = CASE WHEN typed IS NOT NULL THEN '' END
    WHERE ended_at < before AND text <> '';
$$;
"""


def upgrade() -> None:
    for statements in (COLUMNS, WAITING, TIDY):
        op.get_bind().exec_driver_sql(statements)
