"""The English words of time that carry a value by themselves: days, months, units, numbers, zones."""

from __future__ import annotations

from app.planning.phrases.values import Grain

_DAYS = ("monday mon", "tuesday tue tues", "wednesday wed weds wednes", "thursday thu thur thurs", "friday fri",
         "saturday sat", "sunday sun")  # fmt: skip
WEEKDAYS = {name: day for day, names in enumerate(_DAYS) for name in names.split()}
WEEKDAYS |= {name + "s": day for day, names in enumerate(_DAYS) for name in names.split()[:1]}

_MONTHS = ("january jan", "february feb febr", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
           "september sep sept", "october oct", "november nov", "december dec")  # fmt: skip
MONTHS = {name: month for month, names in enumerate(_MONTHS, 1) for name in names.split()}
# Words that are more often something else: they need company to be a time.
SHY = {"mar"}

_UNITS = {
    Grain.SECOND: "second seconds sec secs s",
    Grain.MINUTE: "minute minutes min mins m",
    Grain.HOUR: "hour hours hr hrs h",
    Grain.DAY: "day days d",
    Grain.WEEK: "week weeks wk wks w",
    Grain.MONTH: "month months mo mos mth mths",
    Grain.QUARTER: "quarter quarters qtr qtrs",
    Grain.YEAR: "year years yr yrs y",
}
UNITS = {name: unit for unit, names in _UNITS.items() for name in names.split()}

ONES = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}  # fmt: skip
TENS["fourty"] = 40
_FIRST = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth"
)
ORDINALS = {word: value for value, word in enumerate(_FIRST.split(), 1)}
TENTHS = {"twentieth": 20, "thirtieth": 30}

# Hours east of Greenwich of the abbreviations people write; where one has several owners, the one in North America
# or Europe is meant. Names of places without a fixed offset ("ET") become IANA zones.
ZONES: dict[str, float] = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "ist": 5.5, "cet": 1, "cest": 2, "eet": 2, "eest": 3,
    "msk": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9,
    "akdt": -8, "hst": -10, "ast": -4, "adt": -3, "nst": -3.5, "ndt": -2.5, "brt": -3, "art": -3, "jst": 9, "kst": 9,
    "sgt": 8, "hkt": 8, "awst": 8, "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "pkt": 5,
    "sast": 2, "wat": 1, "cat": 2, "eat": 3, "met": 1, "mest": 2, "trt": 3, "gst": 4,
}  # fmt: skip
PLACES = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
}
