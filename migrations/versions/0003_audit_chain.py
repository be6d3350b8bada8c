"""The audit trail becomes a chain per person: each line hashes the one before it and is signed.

Triggers write it, as the tables' owner, so no code can forget a line and the app's role can neither add, change nor
remove one: proposals, decisions and outcomes from `approvals`, cards from `approvals.drawn`, calls to providers from
`ledger` (a note stands on either side of every call that changes something), opened views from `steward.witness`. Lines
hold ids, statuses and hashes, no content.

A line's hash is sha256 of the hash before it and of its own columns; its signature is the HMAC of that hash, and
`chains` keeps each chain's end under a signature of its own. The key isn't in the database: a connection of the app
brings it along (`steward.audit_key`, the two padded blocks of HMAC, as PostgreSQL has sha256 but no hmac). Who writes
without it, or with another, leaves lines behind that say so. `app.store.chain` says what that proves and what it can't.

An advisory lock makes the lines of one person follow each other. It is taken after every row lock of a statement,
because triggers fire at its end, so a transaction that writes one statement's lines can't be part of a deadlock.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Lines from before there was a chain have no number; nothing vouches for them, and they are never put into one.
TABLES = """
ALTER TABLE steward.audit
    ADD number bigint, ADD ref text, ADD evidence text, ADD hash bytea, ADD mac bytea,
    ADD CHECK ((number IS NULL) = (hash IS NULL));
CREATE UNIQUE INDEX audit_in_order ON steward.audit (person, number);
CREATE TABLE steward.chains (
    person uuid PRIMARY KEY,
    lines bigint NOT NULL,
    hash bytea NOT NULL,
    mac bytea
);
ALTER TABLE steward.chains ENABLE ROW LEVEL SECURITY;
ALTER TABLE steward.chains FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON steward.chains FOR SELECT TO steward_app
    USING (person = NULLIF(current_setting('steward.person', true), '')::uuid);
CREATE POLICY functions ON steward.chains TO steward_owner USING (true);
CREATE POLICY listed ON steward.audit FOR SELECT TO steward_owner USING (true);
GRANT SELECT ON steward.chains TO steward_app;
"""

# HMAC-SHA256 (RFC 2104) with the key's inner and outer block at hand; null without a key.
APPENDING = """
CREATE FUNCTION steward.signed(key bytea, what text, hash bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT sha256(substring(key FROM 65) || sha256(substring(key FOR 64) || convert_to(what, 'UTF8') || hash))
$$;
CREATE FUNCTION steward.written(line steward.audit) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT convert_to(json_build_array(
        line.id, to_char(line.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), line.person, line.number,
        line.event, line.was, line.became, line.action, line.turn, line.account, line.sha256, line.attempt,
        line.confirmations, line.click, line.ref, line.evidence)::text, 'UTF8')
$$;
CREATE FUNCTION steward.append(line steward.audit) RETURNS void
LANGUAGE plpgsql SET search_path = steward, pg_temp AS $$
DECLARE
    key CONSTANT bytea := decode(NULLIF(current_setting('steward.audit_key', true), ''), 'hex');
    tail chains;
BEGIN
    PERFORM pg_advisory_xact_lock(2, hashtext(line.person::text));
    -- A statement of its own: it sees what was committed before the lock was ours.
    SELECT * INTO tail FROM chains WHERE person = line.person;
    line.id := nextval('audit_id_seq');
    line.at := clock_timestamp();
    line.number := COALESCE(tail.lines, 0) + 1;
    line.hash := sha256(COALESCE(tail.hash, decode(repeat('00', 32), 'hex')) || written(line));
    line.mac := signed(key, 'line', line.hash);
    INSERT INTO audit OVERRIDING SYSTEM VALUE SELECT line.*;
    INSERT INTO chains VALUES (line.person, line.number, line.hash, signed(key, 'tail', line.hash))
        ON CONFLICT (person) DO UPDATE SET lines = EXCLUDED.lines, hash = EXCLUDED.hash, mac = EXCLUDED.mac;
END
$$;
CREATE FUNCTION steward.about(action steward.approvals, happened text) RETURNS steward.audit
LANGUAGE plpgsql STABLE SET search_path = steward, pg_temp AS $$
DECLARE
    line audit;
BEGIN
    line.person := action.person;
    line.action := action.id;
    line.turn := action.turn;
    line.event := happened;
    line.became := action.status;
    line.attempt := action.attempt;
    line.confirmations := action.confirmations;
    line.account := action.account;
    line.sha256 := action.sha256;
    RETURN line;
END
$$;
CREATE FUNCTION steward.fingerprint(content json) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT encode(sha256(convert_to(content::text, 'UTF8')), 'hex')
$$;
"""

# "drawn" is set whenever a card was posted or drawn anew, even to what it was: hence a trigger on the column.
RECORDING = """
CREATE OR REPLACE FUNCTION steward.record() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
DECLARE
    happened CONSTANT text := CASE
        WHEN TG_OP = 'INSERT' THEN 'proposed'
        WHEN NEW.status <> OLD.status THEN 'moved'
        WHEN NEW.confirmations <> OLD.confirmations THEN 'confirmed'
        WHEN NEW.attempt <> OLD.attempt THEN 'taken over'
    END;
    line audit;
BEGIN
    IF happened IS NULL THEN
        RETURN NULL;
    END IF;
    line := about(NEW, happened);
    IF TG_OP = 'UPDATE' THEN
        line.was := OLD.status;
        line.click := CASE WHEN NEW.clicks <> OLD.clicks THEN NEW.clicks[array_upper(NEW.clicks, 1)] END;
        IF NEW.receipt::text IS DISTINCT FROM OLD.receipt::text THEN
            line.evidence := fingerprint(NEW.receipt);
        END IF;
    END IF;
    PERFORM append(line);
    RETURN NULL;
END
$$;
CREATE FUNCTION steward.record_card() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
DECLARE
    line audit := about(NEW, CASE WHEN NEW.card_ts = OLD.card_ts THEN 'updated' ELSE 'posted' END);
BEGIN
    line.was := OLD.drawn;
    line.became := NEW.drawn;
    line.ref := NEW.card_ts;
    PERFORM append(line);
    RETURN NULL;
END
$$;
CREATE TRIGGER record_card AFTER UPDATE OF drawn ON steward.approvals
    FOR EACH ROW WHEN (NEW.drawn IS NOT NULL) EXECUTE FUNCTION steward.record_card();
CREATE FUNCTION steward.record_call() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
DECLARE
    action approvals;
    line audit;
BEGIN
    SELECT * INTO STRICT action FROM approvals WHERE id = NEW.action AND person = NEW.person;
    line := about(action, 'called');
    line.attempt := NEW.attempt;
    line.ref := NEW.step;
    line.evidence := fingerprint(NEW.refs);
    PERFORM append(line);
    RETURN NULL;
END
$$;
CREATE TRIGGER record_call AFTER INSERT ON steward.ledger
    FOR EACH ROW EXECUTE FUNCTION steward.record_call();
CREATE FUNCTION steward.witness(opened uuid, view text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
DECLARE
    shown approvals;
    line audit;
BEGIN
    SELECT * INTO shown FROM approvals
    WHERE id = opened AND person = NULLIF(current_setting('steward.person', true), '')::uuid;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    line := about(shown, 'opened');
    line.ref := view;
    PERFORM append(line);
    RETURN true;
END
$$;
"""

# Every chain's end as it is kept, and people whose chain should be there but isn't: ids and hashes only.
LISTING = """
CREATE FUNCTION steward.tails() RETURNS TABLE (person uuid, lines bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    SELECT person, COALESCE(chains.lines, 0), chains.hash
    FROM chains
    FULL JOIN (SELECT person FROM audit UNION SELECT person FROM approvals) known USING (person)
$$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA steward FROM PUBLIC;
GRANT EXECUTE ON FUNCTION steward.witness(uuid, text) TO steward_app;
GRANT EXECUTE ON FUNCTION steward.tails() TO steward_relay;
"""


def upgrade() -> None:
    for statements in (TABLES, APPENDING, RECORDING, LISTING):
        op.get_bind().exec_driver_sql(statements)
