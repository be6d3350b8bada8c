"""Work that takes long: a row of it says so, and who wakes it again puts it where it stands in nobody's way."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# What is under way from before goes on as it did.
COLUMN = """
ALTER TABLE steward.approvals ADD bulk boolean NOT NULL DEFAULT false;
"""

# Only what is to be done takes long: a card expires, or is drawn again, in a moment. Requests that waited for an
# account in vain are woken too, as whoever asked is to be told.
WAITING = """
DROP FUNCTION steward.waiting(timestamptz);
CREATE FUNCTION steward.waiting(at timestamptz) RETURNS TABLE (kind text, id text, person uuid, bulk boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    WITH living AS MATERIALIZED (SELECT holders() AS owner)
    SELECT * FROM (
        SELECT 'envelope', key, person, false FROM inbox
        WHERE settled_at IS NULL AND (owner IS NULL OR owner NOT IN (SELECT owner FROM living))
        ORDER BY received_at LIMIT 500) envelopes
    UNION ALL SELECT * FROM (
        SELECT CASE WHEN key IS NULL THEN 'turn' ELSE 'unasked' END, id::text, person, false FROM turns
        WHERE status = 'running' AND (owner IS NULL OR owner NOT IN (SELECT owner FROM living))
        ORDER BY asked_at LIMIT 500) running
    UNION ALL SELECT * FROM (
        SELECT DISTINCT ON (person, conversation) 'turn', id::text, person, false FROM turns asked
        WHERE status = 'queued' AND key IS NULL AND NOT EXISTS (
            SELECT FROM turns WHERE status = 'running'
                AND person = asked.person AND conversation = asked.conversation)
        ORDER BY person, conversation, ts LIMIT 500) asked
    UNION ALL SELECT * FROM (
        SELECT DISTINCT ON (person, conversation) 'unasked', id::text, person, false FROM turns unasked
        WHERE status = 'queued' AND key IS NOT NULL AND NOT EXISTS (
            SELECT FROM turns WHERE (status = 'running' OR status = 'queued' AND key IS NULL)
                AND person = unasked.person AND conversation = unasked.conversation)
        ORDER BY person, conversation, ts LIMIT 500) unasked
    UNION ALL SELECT * FROM (
        SELECT CASE WHEN key IS NULL THEN 'turn' ELSE 'unasked' END, id::text, person, false FROM turns
        WHERE status IN ('ended', 'failed') AND reply <> '' AND reply_ts = ''
            AND (owner NOT IN (SELECT owner FROM living) OR post_at <= at) AND ended_at > at - interval '1 day'
        ORDER BY post_at LIMIT 500) unposted
    UNION ALL SELECT * FROM (
        SELECT 'turn', id::text, person, false FROM turns whole
        WHERE then_what <> ''
            AND EXISTS (
                SELECT FROM approvals
                WHERE plan = whole.id AND status IN ('done', 'partial') AND changed_at > at - interval '1 day')
            AND NOT EXISTS (
                SELECT FROM approvals
                WHERE plan = whole.id AND status IN ('proposed', 'approved', 'running', 'undoing', 'uncertain'))
        ORDER BY asked_at LIMIT 500) unfollowed
    UNION ALL SELECT * FROM (
        SELECT 'turn', turn::text, parked.person, false FROM parked JOIN turns ON turns.id = turn
        WHERE status IN ('ended', 'failed')
        GROUP BY turn, parked.person
        HAVING max(since) <= at - interval '7 days' OR bool_and(EXISTS (
            SELECT FROM accounts WHERE accounts.id = parked.account AND alive AND parked.scopes <@ accounts.scopes))
        ORDER BY min(since) LIMIT 500) unparked
    UNION ALL SELECT * FROM (
        SELECT 'account', id::text, person, false FROM accounts
        WHERE NOT alive AND notice_ts = '' AND (notice_at IS NULL OR notice_at <= at)
            AND EXISTS (SELECT FROM people WHERE people.id = accounts.person AND member)
        ORDER BY notice_at NULLS FIRST LIMIT 500) unnoticed
    UNION ALL SELECT * FROM (
        SELECT 'action', id::text, person, step.bulk FROM approvals step
        WHERE (status = 'approved' OR status IN ('running', 'undoing')
                AND (owner IS NULL OR owner NOT IN (SELECT owner FROM living)))
            AND (not_before IS NULL OR not_before <= at)
            AND NOT EXISTS (SELECT FROM accounts WHERE id = step.waits_for AND NOT alive)
            AND NOT (status = 'approved' AND EXISTS (
                SELECT FROM approvals
                WHERE plan = step.plan AND position < step.position
                    AND status IN ('approved', 'running', 'undoing')))
        ORDER BY changed_at LIMIT 500) due
    UNION ALL SELECT * FROM (
        SELECT 'action', id::text, person, false FROM approvals
        WHERE status = 'proposed' AND expires_at <= at ORDER BY expires_at LIMIT 500) overdue
    UNION ALL SELECT * FROM (
        SELECT 'action', id::text, person, false FROM approvals card
        WHERE drawn IS DISTINCT FROM status AND status NOT IN ('approved', 'running', 'undoing')
            AND NOT (status = 'proposed' AND expires_at <= at)
            AND redraw_at <= at AND changed_at > at - interval '1 day'
            AND NOT (card_ts = '' AND EXISTS (
                SELECT FROM turns
                WHERE id = card.turn AND status IN ('ended', 'failed') AND reply <> '' AND reply_ts = ''))
        ORDER BY redraw_at LIMIT 500) undrawn
$$;
REVOKE ALL ON FUNCTION steward.waiting(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION steward.waiting(timestamptz) TO steward_relay;
"""


def upgrade() -> None:
    for statements in (COLUMN, WAITING):
        op.get_bind().exec_driver_sql(statements)
