"""Names and rules of the feasts and public days that move: by weekday, by Easter, by the moon, by old calendars."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter

from app.planning.phrases.calendars import chinese, hebrew, hindu, islamic, islamic_in, onam, sankranti

# The days of a holiday in a year: the first one and how many.
Days = Callable[[int], Iterator[tuple[date, int]]]
_DAY = timedelta(days=1)


def weekday_of(month: int, weekday: int, place: int, *, plus: int = 0, days: int = 1) -> Days:
    """The place-th weekday (0 Monday) of a month, from the end when negative, and so many days later."""

    def find(year: int) -> Iterator[tuple[date, int]]:
        if place > 0:
            first = date(year, month, 1)
            day = first + ((weekday - first.weekday()) % 7 + 7 * (place - 1)) * _DAY
        else:
            last = date(year + month // 12, month % 12 + 1, 1) - _DAY
            day = last - ((last.weekday() - weekday) % 7) * _DAY
        yield day + plus * _DAY, days

    return find


def from_easter(offset: int, *, days: int = 1, orthodox: bool = False) -> Days:
    """So many days after Easter Sunday of the western or the orthodox church."""
    method = EASTER_ORTHODOX if orthodox else EASTER_WESTERN
    return lambda year: iter([(easter(year, method) + offset * _DAY, days)])


def of_islam(month: int, day: int, days: int = 1) -> Days:
    return lambda year: ((found, days) for found in sorted(islamic_in(year, month, day)))


def of_judaism(month: int, day: int, days: int = 1) -> Days:
    """A Hebrew feast: one of a day is dated by the evening it begins on, a longer one includes that evening's day."""
    return lambda year: iter([(hebrew(year, month, day) - _DAY, days + 1 if days > 1 else 1)])


def of_china(month: int, day: int) -> Days:
    return lambda year: iter([(chinese(year, month, day), 1)])


def of_india(month: int, tithi: int, hour: float = 6.0, *, plus: int = 0, days: int = 1) -> Days:
    def find(year: int) -> Iterator[tuple[date, int]]:
        found = hindu(year, month, tithi, hour)
        if found:
            yield found + plus * _DAY, days

    return find


def _ramadan(year: int) -> Iterator[tuple[date, int]]:
    for first in sorted(islamic_in(year, 9, 1)):
        hijri = int((year - 622) * 33 / 32)
        end = next(
            (islamic(at, 10, 1) for at in range(hijri - 2, hijri + 3) if 0 < (islamic(at, 10, 1) - first).days < 40),
            first,
        )
        yield first, (end - first).days


def _last_friday_of_ramadan(year: int) -> Iterator[tuple[date, int]]:
    for first, days in _ramadan(year):
        last = first + (days - 1) * _DAY
        yield last - ((last.weekday() - 4) % 7) * _DAY, 1


def _pongal(plus: int) -> Days:
    """Around the sun's entry into Makara; after sunset it counts for the next day."""

    def find(year: int) -> Iterator[tuple[date, int]]:
        moment = sankranti(year, 9, 1)
        yield moment.date() + ((1 if moment.hour >= 18 else 0) + plus) * _DAY, 1

    return find


def _tax_day(year: int) -> Iterator[tuple[date, int]]:
    """15 April, or the next day that is neither a weekend nor Washington's Emancipation Day (16 April, observed)."""
    emancipation = date(year, 4, 16)
    shift = {5: -1, 6: 1}.get(emancipation.weekday(), 0)
    day = date(year, 4, 15)
    while day.weekday() >= 5 or day == emancipation + shift * _DAY:
        day += _DAY
    yield day, 1


def _boss_day(year: int) -> Iterator[tuple[date, int]]:
    """The working day nearest to 16 October."""
    day = date(year, 10, 16)
    yield day + {5: -1, 6: 1}.get(day.weekday(), 0) * _DAY, 1


# Where it was not the first Tuesday of March.
_SUPER_TUESDAYS = {1996: (3, 12), 1992: (3, 10), 1988: (3, 8), 1984: (3, 13), 2008: (2, 5)}


def _super_tuesday(year: int) -> Iterator[tuple[date, int]]:
    """The day on which most states of the US hold their primaries."""
    if year in _SUPER_TUESDAYS:
        yield date(year, *_SUPER_TUESDAYS[year]), 1
    elif year % 4 == 0:
        yield from weekday_of(3, 1, 1)(year)


def _emancipation(year: int) -> Iterator[tuple[date, int]]:
    """16 April in Washington, on the working day nearest to it."""
    day = date(year, 4, 16)
    yield day + {5: -1, 6: 1}.get(day.weekday(), 0) * _DAY, 1


def _kings_day(year: int) -> Iterator[tuple[date, int]]:
    """27 April in the Netherlands, a day earlier when that is a Sunday."""
    day = date(year, 4, 27)
    yield day - (_DAY if day.weekday() == 6 else 0 * _DAY), 1


def _inauguration(year: int) -> Iterator[tuple[date, int]]:
    if year % 4 == 1:
        day = date(year, 1, 20)
        yield day + (_DAY if day.weekday() == 6 else 0 * _DAY), 1


def _administrative(year: int) -> Iterator[tuple[date, int]]:
    """Wednesday of the last full week of April."""
    last = date(year, 4, 27)
    yield last - ((last.weekday() - 2) % 7) * _DAY, 1


def _election(year: int) -> Iterator[tuple[date, int]]:
    yield next(weekday_of(11, 0, 1, plus=1)(year))


def _parsi(year: int) -> Iterator[tuple[date, int]]:
    """A calendar of 365 days without leap days (Shahenshahi)."""
    for count in (year - 2018, year - 2017):
        day = date(2018, 8, 17) + 365 * count * _DAY
        if day.year == year:
            yield day, 1


def _rabindra(year: int) -> Iterator[tuple[date, int]]:
    """25 Boishakh of the Bengali calendar, whose year begins the day after the sun's entry into Mesha."""
    yield sankranti(year, 0, 4).date() + 25 * _DAY, 1


def _vaisakhi(year: int) -> Iterator[tuple[date, int]]:
    yield sankranti(year, 0, 4).date(), 1


def _after_labor_day(year: int) -> Iterator[tuple[date, int]]:
    yield next(weekday_of(9, 0, 1, plus=6)(year))


def _tisha(year: int) -> Iterator[tuple[date, int]]:
    """9 Av; on a Sabbath the fast waits for Sunday."""
    day = hebrew(year, 5, 9)
    day += _DAY if day.weekday() == 5 else 0 * _DAY
    yield day - _DAY, 1


def _independence(year: int) -> Iterator[tuple[date, int]]:
    """5 Iyar, moved so that neither it nor the day before touches a Sabbath."""
    day = hebrew(year, 2, 5)
    day += {4: -1, 5: -2, 0: 1}.get(day.weekday(), 0) * _DAY
    yield day - _DAY, 1


def _shoah(year: int) -> Iterator[tuple[date, int]]:
    """27 Nisan, moved away from a Friday or a Sunday."""
    day = hebrew(year, 1, 27)
    day += {4: -1, 6: 1}.get(day.weekday(), 0) * _DAY
    yield day - _DAY, 1


def _dhanteras_to_bhai_dooj(plus: int) -> Days:
    return of_india(6, 30, 18, plus=plus)


MOVING_DAYS: tuple[tuple[Days, str], ...] = (
    (
        weekday_of(1, 0, 3),
        "martin luther king[s|][ jr|][ birthday|][ day|]|mlk[ jr|][ day|]|civil rights day|idaho human rights day",
    ),
    (
        weekday_of(2, 0, 3),
        "president[s|] day|presidents|washingtons birthday|[george |]washington[s|] day|washingtons birthday",
    ),
    (weekday_of(5, 0, -1), "memorial day|decoration day"),
    (weekday_of(9, 0, 1), "lab[o|ou]r day"),
    (weekday_of(10, 0, 2), "columbus day|indigenous peoples day"),
    (weekday_of(11, 3, 4), "thanksgiving[ day|]|thanks giving[ day|]|turkey day"),
    (weekday_of(11, 3, 4, plus=1), "black fri[day|]|blackfriday"),
    (weekday_of(11, 3, 4, plus=2), "small business sat[urday|]"),
    (weekday_of(11, 3, 4, plus=4), "cyber mon[day|]"),
    (weekday_of(11, 3, 4, plus=5), "giving tues[day|]"),
    (weekday_of(5, 6, 2), "mother[s|] day|mom[s|] day|mommy[s|] day"),
    (weekday_of(6, 6, 3), "father[s|] day|dad[s|] day|daddy[s|] day"),
    (weekday_of(7, 6, 4), "[national |]parent[s|] day"),
    (_after_labor_day, "[national |]grandparent[s|] day|[national |]grand parent[s|] day"),
    (_tax_day, "[us |]tax day"),
    (_boss_day, "[national |]boss[es|s|] day|bosss day"),
    (_super_tuesday, "[super|super duper|tsunami|giga|mega] tuesday|[the |]tuesday of destiny"),
    (_emancipation, "emancipation day"),
    (_kings_day, "kings day|koningsdag|king day"),
    (
        weekday_of(3, 6, 2),
        "daylight saving[s|][ time|] [start|starts|begin|begins|beginning|start day|starting]|dst [start|begins|starts]|[start|beginning] of daylight saving[s|][ time|]",
    ),
    (
        weekday_of(11, 6, 1),
        "daylight saving[s|][ time|] [end|ends|ending|end day]|dst [end|ends]|end of daylight saving[s|][ time|]",
    ),
    (_election, "[us |]election day"),
    (_inauguration, "inauguration day"),
    (
        _administrative,
        "administrative professionals[ day|]|[administrative assistants|admin|admins|secretaries|secretarys|secretary|admin professionals] day",
    ),
    (weekday_of(5, 6, 2, plus=-2), "military spouse[s|] day|military spouse appreciation day"),
    (weekday_of(5, 5, 3), "armed forces day"),
    (weekday_of(5, 3, 1), "national day of prayer"),
    (weekday_of(4, 4, -1), "[national |]arbor day"),
    (weekday_of(4, 4, 4, days=3), "[national|global] youth service day"),
    (weekday_of(10, 5, 3), "sweetest day"),
    (weekday_of(3, 0, 2), "commonwealth day"),
    (weekday_of(7, 5, 1), "international day of cooperatives"),
    (weekday_of(10, 0, 1), "world habitat day"),
    (weekday_of(11, 6, 3), "world day of remembrance for road traffic victims"),
    (weekday_of(11, 3, 3), "world philosophy day"),
    (weekday_of(1, 6, 3), "world religion day"),
    (weekday_of(1, 6, -1), "world leprosy day"),
    (weekday_of(3, 3, 2), "world kidney day"),
    (weekday_of(3, 4, 1), "world day of prayer|employee appreciation day"),
    (weekday_of(5, 1, 1), "world asthma day"),
    (weekday_of(5, 5, 2), "world migratory bird day"),
    (weekday_of(9, 3, -1), "world maritime day"),
    (weekday_of(10, 3, 2), "world sight day"),
    (weekday_of(10, 4, 2), "world egg day"),
    (weekday_of(7, 4, -1), "system administrator appreciation day|sysadmin day"),
    (weekday_of(8, 6, 1), "national friendship day"),
    (weekday_of(8, 0, -1), "summer bank holiday"),
    (weekday_of(5, 0, 1), "early may bank holiday"),
    (weekday_of(5, 0, -1), "spring bank holiday"),
    (weekday_of(4, 3, 4), "take [our|your|] [daughters and sons|kids|child] to work day"),
    (weekday_of(3, 5, -1), "earth hour"),
    (from_easter(0), "easter[ sunday| day| sun|]"),
    (from_easter(1), "easter mon[day|]"),
    (
        from_easter(-1),
        "holy sat[urday|]|[easter|black|great] sat[urday|]|easter eve|sat[urday|] of the glory|hallelujah saturday",
    ),
    (from_easter(-2), "[good|great|black|holy|easter] friday|good fri|black friday before easter"),
    (from_easter(-3), "[maundy|holy|covenant|sheer|great|great and holy|good] thu[rsday|]|thu[rsday|] of mysteries"),
    (from_easter(-4), "[holy|spy] wed[nesday|]"),
    (from_easter(-7), "[palm|branch|passion] sun[day|]"),
    (from_easter(-46), "ash wed[nesday|]|day of ashes"),
    (from_easter(-47), "shrove tue[sday|]|pancake [tue|tues|tuesday|day]|mardi gras|fat tuesday|shrove tide tuesday"),
    (from_easter(-48), "shrove mon[day|]|rosenmontag|rose monday"),
    (from_easter(-46, days=46), "lent"),
    (from_easter(39), "ascension[ day| thursday|]|[the |]ascension of jesus|feast of the ascension|holy ascension"),
    (from_easter(49), "pentecost[ sunday| day|]|[whit|white] sun[day|]|whitsun"),
    (from_easter(50), "[whit|pentecost] mon[day|]|monday of the holy spirit"),
    (from_easter(56), "trinity sun[day|]"),
    (from_easter(60), "corpus christi|[the |]feast of corpus christi|corpus domini"),
    (from_easter(68), "[the |]feast of the sacred heart"),
    (from_easter(0, orthodox=True), "orthodox easter[ sunday| day|]|pascha|greek easter"),
    (from_easter(1, orthodox=True), "orthodox easter mon[day|]|bright monday"),
    (from_easter(-1, orthodox=True), "orthodox [holy|great|easter] sat[urday|]"),
    (from_easter(-2, orthodox=True), "orthodox [good|great|holy] fri[day|]"),
    (from_easter(-3, orthodox=True), "orthodox [holy|maundy|great] thu[rsday|]"),
    (from_easter(-7, orthodox=True), "orthodox [palm|branch|willow] sun[day|]"),
    (from_easter(-8, orthodox=True), "lazarus sat[urday|]|[saint |st ]lazarus sat[urday|]"),
    (from_easter(-48, orthodox=True), "[clean|pure|ash|green] mon[day|]|orthodox shrove mon[day|]|monday of lent"),
    (from_easter(-48, days=41, orthodox=True), "great lent|[the |]great fast|orthodox lent"),
    (from_easter(39, orthodox=True), "orthodox ascension[ day|]"),
    (from_easter(49, orthodox=True), "orthodox pentecost[ sunday| day|]|orthodox trinity sunday"),
    (from_easter(50, orthodox=True), "orthodox whit monday|orthodox monday of the holy spirit"),
    (of_islam(1, 1), "islamic new year[s|][ day|]|amun jadid|arabic new year|hijri new year|muharram|muslim new year"),
    (of_islam(1, 10), "ashura|day of ashura|ashoura"),
    (
        of_islam(3, 12),
        "mawlid[ al nabi| an nabi|]|[the |]prophets birthday|[prophet |]muhammads birthday|milad[ un nabi|]|eid milad un nabi|id e milad|mawlid al nabi al sharif",
    ),
    (
        of_islam(7, 27),
        "isra and miraj|isra miraj|[the |]prophets ascension|[the |]night journey|[the |]ascension to heaven|lailat al miraj|laylat al miraj|shab e meraj",
    ),
    (of_islam(8, 15), "lailat al bara[a|ah]t|laylat al bara[a|ah]t|shab e bara[a|]t|mid shaban"),
    (_ramadan, "rama[d|dh|z|zz]an|ramadhan|ramzan|[the |]month of ramadan|holy month of ramadan"),
    (
        of_islam(9, 27),
        "[laylat|lailat] al [qadr|kadr]|[the |]night of [power|decree|value|destiny|measures]|shab e qadr",
    ),
    (_last_friday_of_ramadan, "jumu[a|aa]tul wida|jumat[u|]l wida|jamat ul vida|[the |]last friday of ramadan"),
    (
        of_islam(10, 1),
        "eid al fitr|eid ul fitr|[e|]id [al|ul] fit[e|]r|ramadan feast|lesser eid|eid e fitr|feast of breaking the fast|eid",
    ),
    (of_islam(12, 9), "arafa[t|h|] day|day of arafa[t|h|]"),
    (
        of_islam(12, 10),
        "eid al ad[h|]a|[e|]id ul ad[h|]a|[e|]id al adha|[feast of the |]sacrifice[ feast|]|[the |]feast of [the |]sacrifice|bak[a|]r[a|i|] [e|]id|bakri id|bak[a|]r id|eid ul zuha|eid qurban|kurban bayrami|festival of sacrifice|greater eid",
    ),
    (of_judaism(7, 1, 2), "rosh ha[ |]shan[a|ah]|rosh hashan[a|ah]|jewish new year|yom teruah|feast of trumpets"),
    (of_judaism(7, 10), "yom kip[p|]ur|day of atonement"),
    (
        of_judaism(7, 15, 7),
        "sukk[ot|oth|os]|succo[s|th|t]|feast of [the ingathering|booths|tabernacles]|sukkot festival",
    ),
    (of_judaism(7, 21), "hoshana rabb[a|ah]"),
    (of_judaism(7, 22), "shemini atzeret[h|]|shmini atzeret"),
    (of_judaism(7, 23), "simchat tora[h|]|simhat torah"),
    (of_judaism(9, 25, 8), "[ch|h]an[n|]uk[k|]a[h|]|festival of [lights|dedication]|feast of dedication"),
    (of_judaism(11, 15), "tu b[i|][ |]sh[e|]vat|tu bishvat|tu bishevat|jewish arbor day|rosh hashanah lailanot"),
    (of_judaism(12, 14), "purim|feast of lots"),
    (of_judaism(12, 15), "shushan purim"),
    (of_judaism(1, 15, 8), "passover|pesa[c|]h"),
    (_shoah, "yom ha[ |]shoah|holocaust day|yom hashoah"),
    (_independence, "yom ha[ |]atzmaut|israeli independence day|israel independence day"),
    (of_judaism(2, 18), "lag b[ |a|]omer|lag baomer|lag bomer"),
    (of_judaism(3, 6, 2), "shav[uo|o|u]t[h|]|shavuos|[the |]feast of weeks"),
    (_tisha, "tisha b[ |]av|[the |]ninth of av|tishah bav"),
    (of_china(1, 1), "[chinese|lunar|chinese lunar] new year[s|][ day|]|spring festival|tet"),
    (of_china(1, 15), "lantern festival|yuanxiao"),
    (
        of_china(4, 15),
        "vesak[ day|]|vaisakha|budd[h|]a[s|] [day|birthday|purnima|jayanti]|buddhapurnima|wesak|vesakha|buddha day",
    ),
    (of_china(5, 5), "dragon boat festival|dragon boat day|duanwu"),
    (of_china(7, 7), "qixi[ festival|]|double seventh festival"),
    (of_china(7, 15), "[hungry |]ghost festival"),
    (of_china(8, 15), "mid[ |]autumn[ festival| day|]|moon festival|mooncake festival|chuseok"),
    (of_china(9, 9), "double ninth festival|chongyang"),
    (_dhanteras_to_bhai_dooj(0), "d[i|ee]w[a|]li|deepa[v|w]ali|dipavali|diwali|lakshmi puja|deepavali"),
    (of_india(6, 28, 18), "dhanteras|dhantrayodashi|dhanatrayodashi|dhanvantari trayodashi"),
    (
        _dhanteras_to_bhai_dooj(-1),
        "nara[k|ka] chaturdas[h|]i|naraka chaudas|[kali|roop|narak] chaudas|ch[h|]ot[i|ee] d[i|ee]wali|kali chaudas",
    ),
    (_dhanteras_to_bhai_dooj(1), "govardhan puja|annakut|gujarati new year|padwa"),
    (
        of_india(7, 2, 13),
        "bh[a|]i [dooj|duj|bij|tika|phota|beej]|bhau b[ee|i]j|bhaiya dooj|bhai teeka|bhaubeej|bhaiduj|bhai fonta|yama dwitiya",
    ),
    (of_india(7, 6, 18), "chhath[ puja| parv|]|dala [puja|chhath]|surya shashthi|chhathi"),
    (of_india(6, 19, 20), "kar[v|w]a chauth|karaka chaturthi|karva chowth"),
    (of_india(11, 15, 19), "holika dahan[a|]|kamudu pyre|chhoti holi|choti holi"),
    (
        of_india(11, 15, 19, plus=1),
        "holi|dhulandi|phagwah|dhulheti|rangwali holi|festival of colo[u|]rs|dol[ |]yatra|dolyatra|dhuleti|hola mohalla|hola",
    ),
    (of_india(10, 29, 24), "maha[ |]sh[i|]v[a|]ratri|[maha |]s[h|]ivar[a|]tri|mahashivratri"),
    (of_india(10, 5, 9), "vasant[a|] panchami|basant[a|] panchami|saraswati [puja|jayanti]"),
    (of_india(10, 15), "guru [ravi|ravidas|ravidass|raidas] jayanti|guru ravidas[s|][ birthday|]|magha purnima"),
    (of_india(10, 25), "[maharishi |maharshi |][swami |]dayanand[a|] saraswati jayanti|[maharishi |]dayanand jayanti"),
    (of_india(9, 7), "guru go[b|v]in[d|dh] singh [jayanti|birthday|gurpurab]"),
    (
        of_india(0, 1),
        "ugadi|yugadi|gudi padwa|samvatsaradi|chaitra sukhladi|chaitra suk[h|]ladi|hindu new year|telugu new year",
    ),
    (of_india(0, 9, 12), "ram[a|] na[v|w]ami|shree ram navami|rama navmi"),
    (of_india(0, 13), "mahavir[a|] jayanti|mahavir janma kalyanak"),
    (of_india(0, 15), "hanuman jayanti"),
    (of_india(1, 3), "akshaya tritiya|akha teej"),
    (of_india(3, 2), "rat[h|]a[ |][yatra|jatra]|rath yatra|chariot festival|rathayatra|ratha yatra"),
    (of_india(3, 15), "guru purnima"),
    (of_india(4, 15, 10), "raksha bandhan|rakhi[ purnima| festival|]|rakshabandhan|rakhri"),
    (
        of_india(4, 23, 24),
        "[krishna |sri krishna |shri krishna |]janmas[h|]tami|gokul[a|]sh[h|]tami|gokulashtami|krishnasht[a|]mi|krishna jayanti|saatam aatham|yadukulashtami|srikrishna jayanti|ashtami rohini|krishnashtami",
    ),
    (of_india(5, 4, 12), "gan[e|]sh[a|] chat[h|]urt[h|]i|vinayak[a|] chaturthi|vinayagar chaturthi|ganeshotsav"),
    (
        of_india(6, 1, days=9),
        "na[v|]aratri|navratri|nava[ |]ratri|durga puja|[sharad|sharada|maha] na[v|]ratri|durga pooja",
    ),
    (of_india(6, 7), "maha saptami|durga saptami"),
    (of_india(6, 8), "[maha|durga] ashtami|mahashtami"),
    (of_india(6, 9), "maha na[v|w]ami|mahanavami|ayudha puja"),
    (
        of_india(6, 10, 14),
        "[vijaya|vijay] [dashami|dasami|dashmi]|vijayadas[h|]ami|dus[s|]ehra|dus[s|]h[e|]ra|das[h|]ara|dussehra|dasain|dashain",
    ),
    (of_india(6, 15), "[maharishi |maharshi |]valmiki jayanti|pargat di[v|w]as|sharad purnima"),
    (of_india(7, 15), "guru nanak[ dev|][ jayanti| gurpurab| birthday|]|gurpurab|kartik[a|] purnima|dev diwali"),
    (lambda year: iter([(onam(year), 1)]), "onam|thiru[v|]onam|thiru onam"),
    (_pongal(-1), "bo[gh|g]i[ pandigai|]|bhogi[ pandigai|]|lohri"),
    (
        _pongal(0),
        "[thai |thai |]pongal|[makar|makara] [sankranti|sankranthi|sankrant]|maghi|uttarayan[a|]|pongala|magh bihu|pongal",
    ),
    (_pongal(1), "mat[t|]u pongal"),
    (_pongal(2), "kaanum pongal|kanni pongal|kanum pongal|kannum pongal"),
    (_rabindra, "rabindra jayanti|rabindranath jayanti|rabindra nath jayanti|tagore jayanti"),
    (
        _vaisakhi,
        "[v|b]aisakhi|vaisakh[i|]|[v|b]asakhi|vaishakhi|vishu|[tamil|sikh] new year|mesha sankranti|mesadi|puthandu|baisakhi day",
    ),
    (_parsi, "parsi new year[s|][ day|]|jamshedi navroz|shahenshahi navroz|pateti|navroz"),
    (lambda year: iter([(date(year, 4, 14), 1)]), "ambedkar jayanti"),
    (
        lambda year: iter([(date(year, 5, 30), 2)]),
        "kaamatan[ festival| harvest festival|]|harvest festival|pesta kaamatan|tadau kaamatan",
    ),
)
