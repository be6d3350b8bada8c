"""A deed for each kind of action, and for each other way of it: a new kind is covered once it has a class here."""

from collections.abc import Mapping

from bench.chaos.deed import Deed
from bench.chaos.letters import Archive, Draft, Forward, Label, Mail, Mark, Reply, Restore, Trash
from bench.chaos.meetings import Cancel, Change, Event, Mirror, Move, Respond
from bench.chaos.variants import Aside, Following, Forwards, Thousand

DEEDS: Mapping[str, type[Deed]] = {
    deed.kind: deed
    for deed in (
        *(Archive, Label, Mark, Trash, Restore),
        *(Reply, Mail, Forward, Draft),
        *(Event, Change, Cancel, Respond, Move, Mirror),
        *(Thousand, Forwards, Following, Aside),
    )
}
