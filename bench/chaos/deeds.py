"""One deed for each kind of action: a new kind is covered by the whole matrix once it has a class here."""

from collections.abc import Mapping

from bench.chaos.deed import Deed
from bench.chaos.letters import Archive, Draft, Forward, Label, Mail, Mark, Reply, Restore, Trash
from bench.chaos.meetings import Cancel, Change, Event, Mirror, Move, Respond

DEEDS: Mapping[str, type[Deed]] = {
    deed.kind: deed
    for deed in (
        *(Archive, Label, Mark, Trash, Restore),
        *(Reply, Mail, Forward, Draft),
        *(Event, Change, Cancel, Respond, Move, Mirror),
    )
}
