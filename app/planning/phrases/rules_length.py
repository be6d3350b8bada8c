"""Rules for lengths of time: 2 hours and 10 minutes, an hour and a half, a fortnight, 90 min."""

from __future__ import annotations

from fractions import Fraction

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.times import Context, Length, Number, Unit
from app.planning.phrases.values import Grain

rule = GRAMMAR.rule


def length_of(amount: Fraction, grain: Grain) -> Length:
    """So many of a unit."""
    return Length(((amount, grain),))


@rule("NUMBER -? LETTER")
def counted(context: Context, number: Number, unit: Unit) -> Length | None:
    del context
    if unit.short and number.written > 3:  # "the 1990s"
        return None
    return length_of(number.value, unit.grain)


@rule("a|an|one|another UNIT", "a|an|one full|whole|entire UNIT", "one more UNIT", cost=0.1)
def one(context: Context, unit: Unit) -> Length:
    del context
    return length_of(Fraction(1), unit.grain)


@rule("another NUMBER UNIT", "NUMBER more|full|whole|solid|straight UNIT", cost=0.1)
def more(context: Context, number: Number, unit: Unit) -> Length:
    """Another two hours, three more days."""
    del context
    return length_of(number.value, unit.grain)


@rule("a NUMBER UNIT", "a good NUMBER UNIT")
def some(context: Context, number: Number, unit: Unit) -> Length | None:
    """A couple of minutes."""
    del context
    return None if number.written or number.value not in {2, 3} else length_of(number.value, unit.grain)


@rule("a? fortnight", "NUMBER fortnight")
def fortnight(context: Context, number: Number | None = None) -> Length:
    del context
    return length_of(2 * (number.value if number else Fraction(1)), Grain.WEEK)


@rule("half an|a? UNIT", "1 / 2 an|a? UNIT", "a half UNIT")
def half_unit(context: Context, unit: Unit) -> Length:
    del context
    return length_of(Fraction(1, 2), unit.grain)


@rule("a? quarter of? an|a UNIT", "a quarter UNIT", cost=-0.2)
def quarter_unit(context: Context, unit: Unit) -> Length:
    del context
    return length_of(Fraction(1, 4), unit.grain)


@rule("quarter -? UNIT")
def quarter_hour(context: Context, unit: Unit) -> Length | None:
    return quarter_unit(context, unit) if unit.grain is Grain.HOUR else None


@rule("NUMBER and? NUMBER / NUMBER UNIT", cost=-0.5)
def mixed(context: Context, whole: Number, part: Number, parts: Number, unit: Unit) -> Length | None:
    """2 1/2 hours."""
    del context
    fits = part.whole and parts.whole in {2, 3, 4} and part.whole < parts.whole
    return length_of(whole.value + part.value / parts.value, unit.grain) if fits else None


@rule("NUMBER quarters of? an|a? UNIT", cost=-0.2)
def quarters_unit(context: Context, number: Number, unit: Unit) -> Length:
    del context
    return length_of(number.value / 4, unit.grain)


@rule("NUMBER and a|an? half UNIT", "a NUMBER and a half UNIT")
def and_half(context: Context, number: Number, unit: Unit) -> Length:
    del context
    return length_of(number.value + Fraction(1, 2), unit.grain)


@rule("NUMBER and a? quarter UNIT")
def and_quarter(context: Context, number: Number, unit: Unit) -> Length:
    del context
    return length_of(number.value + Fraction(1, 4), unit.grain)


@rule("NUMBER and NUMBER quarters|quarter UNIT")
def and_quarters(context: Context, number: Number, quarters: Number, unit: Unit) -> Length:
    del context
    return length_of(number.value + quarters.value / 4, unit.grain)


@rule("LENGTH and a? half")
def length_half(context: Context, length: Length) -> Length | None:
    """An hour and a half."""
    del context
    amount, grain = length.parts[-1]
    return Length((*length.parts[:-1], (amount + Fraction(1, 2), grain)))


@rule("LENGTH and a quarter")
def length_quarter(context: Context, length: Length) -> Length:
    del context
    amount, grain = length.parts[-1]
    return Length((*length.parts[:-1], (amount + Fraction(1, 4), grain)))


@rule("LENGTH and? LENGTH")
def added(context: Context, first: Length, second: Length) -> Length | None:
    del context
    if first.finest <= max(grain for _, grain in second.parts):
        return None
    return Length(first.parts + second.parts)


@rule("LENGTH and? NUMBER", cost=0.5)
def rest(context: Context, length: Length, number: Number) -> Length | None:
    """2 hours and 10: minutes are meant."""
    del context
    if length.finest not in {Grain.HOUR, Grain.MINUTE} or not number.whole or number.whole >= 60:
        return None
    return Length((*length.parts, (number.value, Grain(length.finest - 1))))


@rule("NUMBER '", "NUMBER ' '", 'NUMBER "')
def primes(context: Context, number: Number) -> Length:
    del context
    return length_of(number.value, Grain.MINUTE)


@rule(
    "at least|most LENGTH",
    "up to LENGTH",
    "no more|less|longer|shorter than LENGTH",
    "more|less|longer|shorter than LENGTH",
    "LENGTH at least|most",
    "LENGTH or more|less|longer",
    "LENGTH max|maximum|minimum",
)
def limit(context: Context, length: Length) -> Length:
    """How long at least or at most: the bound that was said."""
    del context
    return Length(length.parts, bound=True)


@rule(
    "about|around|approximately|exactly|precisely|roughly|almost|nearly|only|just LENGTH",
    "for LENGTH",
    "LENGTH or so",
    "LENGTH long",
)
def about(context: Context, length: Length) -> Length:
    del context
    return length


@rule("NUMBER centuries|century", "a century")
def centuries(context: Context, number: Number | None = None) -> Length:
    del context
    return length_of(100 * (number.value if number else Fraction(1)), Grain.YEAR)


@rule("NUMBER decades|decade", "a decade", "one decade")
def decades(context: Context, number: Number | None = None) -> Length:
    del context
    return length_of(10 * (number.value if number else Fraction(1)), Grain.YEAR)


@rule("all day long?", "a? full day", "the whole day long?", cost=-0.5)
def all_day(context: Context) -> Length:
    del context
    return length_of(Fraction(1), Grain.DAY)
