"""What comes by itself: who is to be told something when, and how far their mailboxes were looked through for it."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WATCHES = """
CREATE TABLE steward.watches (
    person uuid NOT NULL,
    account uuid NOT NULL,
    cursor text NOT NULL,
    PRIMARY KEY (person, account),
    FOREIGN KEY (account, person) REFERENCES steward.accounts (id, person) ON DELETE CASCADE
);
ALTER TABLE steward.watches ENABLE ROW LEVEL SECURITY;
ALTER TABLE steward.watches FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON steward.watches TO steward_app
    USING (person = NULLIF(current_setting('steward.person', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON steward.watches TO steward_app;
"""

# Of what people stated only what says when: no words, no addresses. A key is "digest" and a day, so the greatest one
# is the last.
RHYTHMS = """
CREATE FUNCTION steward.rhythms() RETURNS TABLE (person uuid, zone text, since timestamptz, stated json, last text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    SELECT people.id, people.zone, living.since,
        (SELECT json_object_agg(name, value) FROM preferences
            WHERE preferences.person = people.id
                AND name IN ('zone', 'hours', 'digest', 'quiet', 'brief_before', 'new_mail')),
        (SELECT max(key) FROM turns WHERE turns.person = people.id AND key BETWEEN 'digest 0' AND 'digest 9999')
    FROM people
    JOIN (SELECT person, min(connected_at) AS since FROM accounts WHERE alive GROUP BY person) living
        ON living.person = people.id
    WHERE member AND dm <> ''
$$;
CREATE POLICY functions ON steward.preferences FOR SELECT TO steward_owner USING (true);
REVOKE ALL ON FUNCTION steward.rhythms() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION steward.rhythms() TO steward_relay;
"""


def upgrade() -> None:
    for statements in (WATCHES, RHYTHMS):
        op.get_bind().exec_driver_sql(statements)
