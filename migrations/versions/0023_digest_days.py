"""Digests on days off: what a person said of them is among what says when they hear something."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

RHYTHMS = """
CREATE OR REPLACE FUNCTION steward.rhythms()
RETURNS TABLE (person uuid, zone text, since timestamptz, stated json, last text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    SELECT people.id, people.zone, living.since,
        (SELECT json_object_agg(name, value) FROM preferences
            WHERE preferences.person = people.id
                AND name IN ('zone', 'hours', 'digest', 'digest_off', 'quiet', 'brief_before', 'new_mail')),
        (SELECT max(key) FROM turns WHERE turns.person = people.id AND key BETWEEN 'digest 0' AND 'digest 9999')
    FROM people
    JOIN (SELECT person, min(connected_at) AS since FROM accounts WHERE alive GROUP BY person) living
        ON living.person = people.id
    WHERE member AND dm <> ''
$$;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(RHYTHMS)
