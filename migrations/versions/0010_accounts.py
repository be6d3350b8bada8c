"""Accounts: a default, the end of a grant and its notice, links for one account, and requests that wait for one."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

PERSON = "NULLIF(current_setting('steward.person', true), '')::uuid"

ACCOUNTS = """
ALTER TABLE steward.accounts
    ADD chosen boolean NOT NULL DEFAULT false,
    ADD ended_at timestamptz,
    ADD notice_ts text NOT NULL DEFAULT '',
    ADD notice_at timestamptz;
CREATE UNIQUE INDEX accounts_one_chosen ON steward.accounts (person) WHERE chosen;
ALTER TABLE steward.accounts ADD CONSTRAINT accounts_of_person UNIQUE (id, person);
GRANT DELETE ON steward.accounts TO steward_app;
"""

# Forced row-level security binds the owner too, who is nobody: the rows of before are brought up to date past it. Their
# scopes, which were Google's words, become ours: until now everything was asked for at once.
BEFORE = """
ALTER TABLE steward.accounts NO FORCE ROW LEVEL SECURITY;
UPDATE steward.accounts SET scopes = '{read_mail,read_calendar,change_mail,change_calendar}',
    ended_at = CASE WHEN NOT alive THEN now() END;
UPDATE steward.accounts SET chosen = true WHERE id IN (
    SELECT DISTINCT ON (person) id FROM steward.accounts ORDER BY person, connected_at, id);
ALTER TABLE steward.accounts FORCE ROW LEVEL SECURITY;
"""

# A link may be for one account, which alone it can renew, and then it may lie longer. `asks` are our own words.
CONSENTS = """
ALTER TABLE steward.consents ADD account uuid, ADD asks text[] NOT NULL DEFAULT '{}',
    ADD card text NOT NULL DEFAULT '';
DROP FUNCTION steward.redeem_consent(bytea, timestamptz);
CREATE FUNCTION steward.redeem_consent(hash bytea, at timestamptz)
RETURNS TABLE (person uuid, channel text, thread text, sealed bytea, key_version integer, account uuid, asks text[],
    card text)
LANGUAGE sql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    UPDATE consents SET used_at = at
    WHERE state_hash = hash AND used_at IS NULL AND expires_at > at
    RETURNING person, channel, thread, sealed, key_version, account, asks, card
$$;
REVOKE ALL ON FUNCTION steward.redeem_consent(bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION steward.redeem_consent(bytea, timestamptz) TO steward_app;
GRANT SELECT (state_hash, person), UPDATE (card) ON steward.consents TO steward_app;
"""

# A request that waits until an account lives, and its scopes include these.
PARKED = """
CREATE TABLE steward.parked (
    turn uuid NOT NULL,
    account uuid NOT NULL,
    person uuid NOT NULL,
    scopes text[] NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (turn, account),
    FOREIGN KEY (turn, person) REFERENCES steward.turns (id, person) ON DELETE CASCADE,
    FOREIGN KEY (account, person) REFERENCES steward.accounts (id, person) ON DELETE CASCADE
);
ALTER TABLE steward.parked ENABLE ROW LEVEL SECURITY;
ALTER TABLE steward.parked FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON steward.parked TO steward_app;
CREATE POLICY functions ON steward.parked FOR SELECT TO steward_owner USING (true);
CREATE POLICY functions ON steward.accounts FOR SELECT TO steward_owner USING (true);
CREATE POLICY functions ON steward.people FOR SELECT TO steward_owner USING (true);
"""

WAITS = """
ALTER TABLE steward.approvals ADD waits_for uuid;
GRANT UPDATE (waits_for) ON steward.approvals TO steward_app;
"""

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
        SELECT 'turn', turn::text, parked.person FROM parked JOIN turns ON turns.id = turn
        WHERE status IN ('ended', 'failed') AND since > at - interval '7 days'
        GROUP BY turn, parked.person
        HAVING bool_and(EXISTS (
            SELECT FROM accounts WHERE accounts.id = parked.account AND alive AND parked.scopes <@ accounts.scopes))
        ORDER BY min(since) LIMIT 500) unparked
    UNION ALL SELECT * FROM (
        SELECT 'account', id::text, person FROM accounts
        WHERE NOT alive AND notice_ts = '' AND (notice_at IS NULL OR notice_at <= at)
            AND EXISTS (SELECT FROM people WHERE people.id = accounts.person AND member)
        ORDER BY notice_at NULLS FIRST LIMIT 500) unnoticed
    UNION ALL SELECT * FROM (
        SELECT 'action', id::text, person FROM approvals step
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
        SELECT 'action', id::text, person FROM approvals
        WHERE status = 'proposed' AND expires_at <= at ORDER BY expires_at LIMIT 500) overdue
    UNION ALL SELECT * FROM (
        SELECT 'action', id::text, person FROM approvals card
        WHERE drawn IS DISTINCT FROM status AND status NOT IN ('approved', 'running', 'undoing')
            AND NOT (status = 'proposed' AND expires_at <= at)
            AND redraw_at <= at AND changed_at > at - interval '1 day'
            AND NOT (card_ts = '' AND EXISTS (
                SELECT FROM turns
                WHERE id = card.turn AND status IN ('ended', 'failed') AND reply <> '' AND reply_ts = ''))
        ORDER BY redraw_at LIMIT 500) undrawn
$$;
"""

# Which rows another key has sealed, without what was sealed.
SEALED = """
CREATE FUNCTION steward.sealed_otherwise(newest integer, most integer) RETURNS TABLE (id uuid, person uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    SELECT id, person FROM accounts WHERE sealed IS NOT NULL AND key_version <> newest ORDER BY id LIMIT most
$$;
REVOKE ALL ON FUNCTION steward.sealed_otherwise(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION steward.sealed_otherwise(integer, integer) TO steward_relay;
"""


def upgrade() -> None:
    for statements in (ACCOUNTS, BEFORE, CONSENTS, PARKED, WAITS, WAITING, SEALED):
        op.get_bind().exec_driver_sql(statements)
    op.execute(
        f"CREATE POLICY own ON steward.parked TO steward_app USING (person = {PERSON}) WITH CHECK (person = {PERSON})"
    )
