"""Whom a person means by a name."""

from sqlalchemy import Delete, Insert, RowMapping, delete, select
from sqlalchemy.dialects.postgresql import insert

from app.domain.memory import Relation
from app.domain.types import Address, PersonId
from app.store.database import Database, storable
from app.store.tables import relations


class PostgresRelations:
    """Serves `app.domain.memory.Relations`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, person: PersonId) -> tuple[Relation, ...]:
        """Everybody the person has said they mean by a name, the newest first."""
        found = select(relations).where(relations.c.person == person).order_by(relations.c.since.desc())
        async with self._database.transaction(person) as connection:
            rows = (await connection.execute(found)).mappings().all()
        return tuple(map(_relation, rows))

    async def keep(self, person: PersonId, relation: Relation) -> None:
        """Keep who is meant by a name, instead of whoever was before; forget them where it is nobody any more."""
        async with self._database.transaction(person) as connection:
            await connection.execute(kept(person, relation))


def kept(person: PersonId, relation: Relation) -> Insert | Delete:
    """The statement that keeps a relation, or has the one by its name forgotten."""
    if not relation.people:
        return delete(relations).where(relations.c.person == person, relations.c.key == storable(relation.key))
    fields = {
        "name": storable(relation.name),
        "people": [{"email": storable(p.email), "name": storable(p.name)} for p in relation.people],
        "origin": relation.origin,
        "since": relation.since,
    }
    new = insert(relations).values(person=person, key=storable(relation.key), **fields)
    same = (relations.c.person, relations.c.key)
    return new.on_conflict_do_update(index_elements=same, set_=fields, where=relations.c.person == person)


def _relation(row: RowMapping) -> Relation:
    people = tuple(Address(**each) for each in row["people"])
    return Relation(name=row["name"], people=people, origin=row["origin"], since=row["since"])
