"""The first tables, who may touch them, and the functions that look across people without showing content."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# People, what they connected, what they said.

PEOPLE = """
CREATE TABLE steward.people (
    id uuid PRIMARY KEY,
    team text NOT NULL,
    slack_user text NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    zone text NOT NULL,
    dm text NOT NULL,
    member boolean NOT NULL,
    met_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (team, slack_user)
);
CREATE TABLE steward.accounts (
    id uuid PRIMARY KEY,
    person uuid NOT NULL,
    provider text NOT NULL,
    subject text NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL,
    alive boolean NOT NULL,
    sealed bytea,
    key_version integer,
    connected_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (person, provider, subject),
    UNIQUE (person, name)
);
CREATE TABLE steward.consents (
    state_hash bytea PRIMARY KEY,
    person uuid NOT NULL,
    channel text NOT NULL,
    thread text NOT NULL,
    sealed bytea NOT NULL,
    key_version integer NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
"""

TURNS = """
CREATE TABLE steward.turns (
    id uuid PRIMARY KEY,
    person uuid NOT NULL,
    channel text NOT NULL,
    thread text NOT NULL,
    conversation text NOT NULL,
    ts text NOT NULL,
    text text NOT NULL,
    private boolean NOT NULL,
    status text NOT NULL,
    attempt integer NOT NULL DEFAULT 0,
    owner bigint,
    reply text NOT NULL DEFAULT '',
    reply_ts text NOT NULL DEFAULT '',
    asked_at timestamptz NOT NULL,
    ended_at timestamptz,
    post_at timestamptz,
    UNIQUE (channel, ts)
);
CREATE UNIQUE INDEX turns_one_running ON steward.turns (person, conversation) WHERE status = 'running';
CREATE INDEX turns_queued ON steward.turns (person, conversation, ts) WHERE status = 'queued';
CREATE INDEX turns_unposted ON steward.turns (post_at)
    WHERE status IN ('ended', 'failed') AND reply <> '' AND reply_ts = '';
CREATE INDEX turns_recent ON steward.turns (person, asked_at);
CREATE TABLE steward.messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person uuid NOT NULL,
    turn uuid NOT NULL REFERENCES steward.turns ON DELETE CASCADE,
    conversation text NOT NULL,
    thread text NOT NULL,
    role text NOT NULL,
    text text NOT NULL,
    ts text NOT NULL,
    said_at timestamptz NOT NULL
);
CREATE INDEX messages_of_conversation ON steward.messages (person, conversation, ts DESC);
CREATE INDEX messages_of_turn ON steward.messages (turn);
CREATE TABLE steward.inbox (
    key text PRIMARY KEY,
    person uuid,
    payload json NOT NULL,
    owner bigint,
    received_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz
);
CREATE INDEX inbox_unsettled ON steward.inbox (received_at) WHERE settled_at IS NULL;
"""

# The payload is json, not jsonb: it keeps the very bytes that were hashed, and the check ties the two together.
APPROVALS = """
CREATE TABLE steward.approvals (
    id uuid PRIMARY KEY,
    person uuid NOT NULL,
    turn uuid NOT NULL REFERENCES steward.turns ON DELETE CASCADE,
    channel text NOT NULL,
    thread text NOT NULL,
    position integer NOT NULL,
    account uuid NOT NULL,
    payload json NOT NULL,
    sha256 text NOT NULL CHECK (sha256 = encode(sha256(convert_to(payload::text, 'UTF8')), 'hex')),
    needs integer NOT NULL,
    undoable boolean NOT NULL,
    status text NOT NULL,
    attempt integer NOT NULL DEFAULT 0,
    tries integer NOT NULL DEFAULT 0,
    owner bigint,
    not_before timestamptz,
    started_at timestamptz,
    confirmations integer NOT NULL DEFAULT 0,
    clicks text[] NOT NULL DEFAULT '{}',
    note text NOT NULL DEFAULT '',
    receipt json,
    card_ts text NOT NULL DEFAULT '',
    drawn text,
    proposed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decided_at timestamptz,
    changed_at timestamptz NOT NULL,
    redraw_at timestamptz NOT NULL
);
CREATE INDEX approvals_of_turn ON steward.approvals (turn, position);
CREATE INDEX approvals_proposed ON steward.approvals (person, expires_at) WHERE status = 'proposed';
CREATE INDEX approvals_to_work_on ON steward.approvals (not_before)
    WHERE status IN ('approved', 'running', 'undoing');
CREATE INDEX approvals_to_redraw ON steward.approvals (redraw_at) WHERE drawn IS DISTINCT FROM status;
CREATE TABLE steward.ledger (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person uuid NOT NULL,
    action uuid NOT NULL REFERENCES steward.approvals ON DELETE CASCADE,
    attempt integer NOT NULL,
    step text NOT NULL,
    refs json NOT NULL,
    noted_at timestamptz NOT NULL
);
CREATE INDEX ledger_of_action ON steward.ledger (action, id);
CREATE TABLE steward.audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    person uuid NOT NULL,
    action uuid NOT NULL,
    turn uuid NOT NULL,
    event text NOT NULL,
    was text,
    became text NOT NULL,
    attempt integer NOT NULL,
    confirmations integer NOT NULL,
    click text,
    account uuid NOT NULL,
    sha256 text NOT NULL
);
CREATE INDEX audit_of_action ON steward.audit (action, id);
"""

# Owners are advisory locks: a number is held exactly as long as the connection that took it lives.

OWNERS = """
CREATE SEQUENCE steward.owners AS bigint;
CREATE FUNCTION steward.holders() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT (classid::bigint << 32) | objid::bigint FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
      AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
$$;
CREATE FUNCTION steward.held(owner bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT owner IS NOT NULL AND owner IN (SELECT steward.holders())
$$;
"""

# Every function below runs as its owner, shows no content, and trusts no search path but its own.

INBOX_FUNCTIONS = """
CREATE FUNCTION steward.take_envelope(envelope text, taker bigint) RETURNS json
LANGUAGE sql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    UPDATE inbox SET owner = taker
    WHERE key = envelope AND settled_at IS NULL AND NOT held(owner) AND held(taker)
    RETURNING payload
$$;
CREATE FUNCTION steward.settle_envelope(envelope text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    UPDATE inbox SET settled_at = now(), owner = NULL WHERE key = envelope AND settled_at IS NULL
$$;
CREATE FUNCTION steward.whose_turn(wanted uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    SELECT person FROM turns WHERE id = wanted
$$;
CREATE FUNCTION steward.redeem_consent(hash bytea, at timestamptz)
RETURNS TABLE (person uuid, channel text, thread text, sealed bytea, key_version integer)
LANGUAGE sql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    UPDATE consents SET used_at = at
    WHERE state_hash = hash AND used_at IS NULL AND expires_at > at
    RETURNING person, channel, thread, sealed, key_version
$$;
"""

# A reply or a card that Slack doesn't take is tried ever more rarely, and no longer than a day.
WAITING = """
CREATE FUNCTION steward.waiting(at timestamptz) RETURNS TABLE (kind text, id text, person uuid)
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
        SELECT 'action', id::text, person FROM approvals
        WHERE (status = 'approved' OR status IN ('running', 'undoing')
                AND (owner IS NULL OR owner NOT IN (SELECT owner FROM living)))
            AND (not_before IS NULL OR not_before <= at)
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

# The audit is written by the table itself, so that no code can forget it and nobody but the owner can add to it.
AUDIT = """
CREATE FUNCTION steward.record() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
DECLARE
    happened text;
BEGIN
    happened := CASE
        WHEN TG_OP = 'INSERT' THEN 'proposed'
        WHEN NEW.status <> OLD.status THEN 'moved'
        WHEN NEW.confirmations <> OLD.confirmations THEN 'confirmed'
        WHEN NEW.attempt <> OLD.attempt THEN 'taken over'
        WHEN NEW.card_ts <> OLD.card_ts THEN 'shown'
    END;
    IF happened IS NOT NULL THEN
        INSERT INTO audit (person, action, turn, event, was, became, attempt, confirmations, click, account, sha256)
        VALUES (NEW.person, NEW.id, NEW.turn, happened, CASE TG_OP WHEN 'UPDATE' THEN OLD.status END, NEW.status,
            NEW.attempt, NEW.confirmations,
            CASE WHEN TG_OP = 'UPDATE' AND NEW.clicks <> OLD.clicks THEN NEW.clicks[array_upper(NEW.clicks, 1)] END,
            NEW.account, NEW.sha256);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER record AFTER INSERT OR UPDATE ON steward.approvals
    FOR EACH ROW EXECUTE FUNCTION steward.record();
"""

PERSON = "NULLIF(current_setting('steward.person', true), '')::uuid"
OF_A_PERSON = {
    "people": "id",
    "accounts": "person",
    "consents": "person",
    "turns": "person",
    "messages": "person",
    "approvals": "person",
    "ledger": "person",
    "audit": "person",
}

# Forced row-level security binds the owner too, so its functions get exactly what they need. The ingest role sees no
# row but those of its own transaction: as much as RETURNING needs to tell a new envelope from a duplicate.
POLICIES = """
ALTER TABLE steward.inbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE steward.inbox FORCE ROW LEVEL SECURITY;
CREATE POLICY bring ON steward.inbox FOR INSERT TO steward_ingest WITH CHECK (settled_at IS NULL);
CREATE POLICY brought ON steward.inbox FOR SELECT TO steward_ingest USING (received_at = now());
CREATE POLICY functions ON steward.inbox TO steward_owner USING (true);
CREATE POLICY functions ON steward.turns FOR SELECT TO steward_owner USING (true);
CREATE POLICY functions ON steward.approvals FOR SELECT TO steward_owner USING (true);
CREATE POLICY functions ON steward.consents TO steward_owner USING (true);
CREATE POLICY functions ON steward.audit FOR INSERT TO steward_owner WITH CHECK (true);
"""

# Nobody may delete; what was approved can't be rewritten; the audit can only be read.
GRANTS = """
GRANT USAGE ON SCHEMA steward TO steward_app, steward_ingest, steward_relay;
GRANT SELECT, INSERT, UPDATE ON steward.people, steward.accounts, steward.turns, steward.messages TO steward_app;
GRANT INSERT ON steward.consents TO steward_app;
GRANT SELECT, INSERT ON steward.approvals, steward.ledger TO steward_app;
GRANT UPDATE (channel, thread, status, attempt, tries, owner, not_before, started_at, confirmations, clicks, note,
    receipt, card_ts, drawn, decided_at, changed_at, redraw_at) ON steward.approvals TO steward_app;
GRANT SELECT ON steward.audit TO steward_app;
GRANT INSERT (key, person, payload, owner), SELECT (key) ON steward.inbox TO steward_ingest;
GRANT USAGE ON SEQUENCE steward.owners TO steward_app, steward_ingest;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA steward FROM PUBLIC;
GRANT EXECUTE ON FUNCTION steward.holders(), steward.held(bigint), steward.take_envelope(text, bigint),
    steward.settle_envelope(text), steward.whose_turn(uuid), steward.redeem_consent(bytea, timestamptz)
    TO steward_app;
GRANT EXECUTE ON FUNCTION steward.waiting(timestamptz) TO steward_relay;
"""


def upgrade() -> None:
    for statements in (PEOPLE, TURNS, APPROVALS, OWNERS, INBOX_FUNCTIONS, WAITING, AUDIT):
        op.get_bind().exec_driver_sql(statements)
    for table, column in OF_A_PERSON.items():
        op.execute(f"ALTER TABLE steward.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE steward.{table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own ON steward.{table} TO steward_app"
            f" USING ({column} = {PERSON}) WITH CHECK ({column} = {PERSON})"
        )
    op.get_bind().exec_driver_sql(POLICIES)
    op.get_bind().exec_driver_sql(GRANTS)
