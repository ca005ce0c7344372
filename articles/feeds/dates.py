"""Dates as feeds and pages write them: RFC 3339, ISO 8601, RFC 822, and what people make of these.

Pure, and quick: a format is recognised by its shape, so nothing is tried twice.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

LONGEST = 100
NONE = timedelta(0)
ISO = re.compile(
    r"""(?P<year>\d{4})
    (?:-?W(?P<week>\d\d)(?:-?(?P<weekday>[1-7]))?
      |-?(?P<ordinal>\d{3})(?!\d)
      |(?:[-/.]?(?P<month>\d\d)(?:[-/.]?(?P<day>\d\d))?)
      |-(?P<month1>\d)-(?P<day1>\d\d?)
    )?
    (?:[T\s]+(?P<time>\d.*))?$""",
    re.VERBOSE | re.IGNORECASE,
)
RFC_822 = re.compile(
    r"(?:[A-Za-z]{3},? )?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d)"
    r" ([+-]\d{4}|GMT|UTC|Z)$"
)
TIME = re.compile(
    r"""(?P<hour>\d{1,2})(?:[:.h]?(?P<minute>\d\d))?(?:[:.]?(?P<second>\d\d)(?:[.,:]\d+)?)?
    (?:\s*(?P<half>[ap])\.?\s*m\.?(?![a-z]))?""",
    re.VERBOSE | re.IGNORECASE,
)
CLOCK = re.compile(
    r"(?<![\d:])(?P<hour>\d{1,2})(?::(?P<minute>\d\d))(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[ap])\.?\s*m\b\.?)?|(?<![\d:])(?P<hour1>\d{1,2})\s*(?P<half1>[ap])\.?m\b\.?",
    re.IGNORECASE,
)
OFFSET = re.compile(r"(?:(?<=GMT)|(?<=UTC)|(?<!\w))([+-])(\d{1,2}):?(\d\d)?(?=\D|$)", re.IGNORECASE)
NUMBERS = re.compile(r"(?<!\d)(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?!\d)")
ASIAN = re.compile(
    r"(\d{4})\s*[\u5e74\ub144]\s*(\d{1,2})\s*[\u6708\uc6d4]\s*(\d{1,2})\s*[\u65e5\uc77c]"
)
ASIAN_CLOCK = re.compile(r"(\d{1,2})\s*[\u6642\u65f6\uc2dc]\s*(\d{1,2})\s*[\u5206\ubd84]")
WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
DAY = re.compile(r"(?<![\d:])(\d{1,2})(?:st|nd|rd|th|er)?(?![\d:])", re.IGNORECASE)
YEAR = re.compile(r"(?<![\d:+-])(\d{4})(?![\d:])")
SHORT_YEAR = re.compile(r"(?<![\d:+-])(\d\d)(?![\d:])")

# The first letters of a month's name, enough to tell it from the others, without marks.
MONTHS = {
    1: "jan ene gen janv ocak oca led sty sij янв січ ιαν ιανουαριος urt janu stycznia yan",
    2: "feb fev fevr fév févr febr sub şub şubat lut uno veljaca фев лют φεβ",
    3: "mar mär maerz märz mars mrz mart maart marz marc márc marca бер мар μαρ mac",
    4: "apr abr avr avril nis nisan kwi dub tra апр кві απρ aprel ápr",
    5: "may mai mag maj mei mayıs mayis kve maja мая май тра μαι μαϊ maj máj",
    6: "jun juin juni jún giu haz haziran cze cer lip июн чер ιουν",
    7: "jul juil juillet júl lug tem temmuz lipca srp июл лип ιουλ",
    8: "aug ago aou août aoû ağu agu ağustos sie kol avg авг сер αυγ",
    9: "sep set sept eyl eylül eylul wrz zar ruj sen сен вер σεπ szept",
    10: "oct okt out ott eki ekim paz okto окт жов οκτ",
    11: "nov kas kasım kasim lis stu noy ноя лис νοε",
    12: "dec dez dic déc des gru ara aralık aralik pro дек гру δεκ",
}


@lru_cache(maxsize=1024)
def bare(word: str) -> str:
    """In lower case, without accents."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


MONTH_BY_PREFIX = {bare(name): number for number, names in MONTHS.items() for name in names.split()}
AFTERNOON = ("\uc624\ud6c4", "\u5348\u5f8c", "\u4e0b\u5348")
MORNING = ("\uc624\uc804", "\u5348\u524d", "\u4e0a\u5348")
# Hours east of Greenwich. What means several zones (IST, CST) is read as most news would.
ZONES = {
    "z": 0,
    "ut": 0,
    "utc": 0,
    "gmt": 0,
    "wet": 0,
    "west": 1,
    "bst": 1,
    "ist": 5.5,
    "cet": 1,
    "cest": 2,
    "met": 1,
    "mest": 2,
    "mez": 1,
    "mesz": 2,
    "eet": 2,
    "eest": 3,
    "msk": 3,
    "trt": 3,
    "amt": 4,
    "azt": 4,
    "get": 4,
    "gst": 4,
    "irst": 3.5,
    "pkt": 5,
    "npt": 5.75,
    "wib": 7,
    "sgt": 8,
    "hkt": 8,
    "awst": 8,
    "jst": 9,
    "kst": 9,
    "aest": 10,
    "aedt": 11,
    "acst": 9.5,
    "nzst": 12,
    "nzdt": 13,
    "sast": 2,
    "eat": 3,
    "wat": 1,
    "cat": 2,
    "brt": -3,
    "art": -3,
    "ast": -4,
    "adt": -3,
    "nst": -3.5,
    "edt": -4,
    "est": -5,
    "et": -5,
    "cdt": -5,
    "cst": -6,
    "ct": -6,
    "mdt": -6,
    "mst": -7,
    "mt": -7,
    "pdt": -7,
    "pst": -8,
    "pt": -8,
    "akst": -9,
    "hst": -10,
}
PLACES = re.compile(r"\b(?:Europe|America|Asia|Africa|Australia|Pacific|Atlantic)/\w+")


def parse_date(text: str) -> datetime | None:
    """An instant in UTC; None where the text is no date or one that does not exist.

    A date without a zone is taken as UTC, one without a time as midnight.
    """
    text = " ".join(text.split())
    if not text or len(text) > LONGEST:
        return None
    try:
        if text.isdigit() and len(text) in {10, 13}:
            seconds = int(text) if len(text) == 10 else int(text) / 1000  # noqa: PLR2004 - digits
            return datetime.fromtimestamp(seconds, UTC)
        if plain := RFC_822.match(text):
            return read_rfc_822(plain)
        found = ISO.match(text)
        parsed = read_iso(found) if found else read_words(text)
        return parsed.astimezone(UTC) if parsed else None
    except (ValueError, OverflowError):
        return None


def read_rfc_822(found: re.Match[str]) -> datetime | None:
    """What nearly all feeds write, read without a search."""
    month = month_named(found[2])
    day, year, hour, minute, second = map(int, found.group(1, 3, 4, 5, 6))
    if month is None or hour == 24:  # noqa: PLR2004 - the slow way knows midnight
        return read_words(found[0])
    zone = found[7]
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:])) if zone[0] in "+-" else NONE
    at = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    return at + offset if zone[0] == "-" else at - offset


def read_iso(found: re.Match[str]) -> datetime | None:
    """ISO 8601 in its basic and extended forms, weeks and ordinal days among them."""
    year = int(found["year"])
    if found["week"]:
        day = datetime.fromisocalendar(year, int(found["week"]), int(found["weekday"] or 1))
    elif found["ordinal"]:
        day = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=int(found["ordinal"]) - 1)
        if day.year != year:
            return None
    else:
        month = int(found["month"] or found["month1"] or 1)
        day = datetime(year, month, int(found["day"] or found["day1"] or 1), tzinfo=UTC)
    if not found["time"]:
        return day.replace(tzinfo=UTC)
    clock = TIME.match(found["time"])
    if clock is None:
        return None
    rest = found["time"][clock.end() :].strip()
    return at_clock(day, clock["hour"], clock["minute"], clock["second"], clock["half"] or "", rest)


def read_words(text: str) -> datetime | None:
    """RFC 822 and its many relatives: a month by name or by numbers, a time, a zone."""
    text = PLACES.sub("", text)
    clock, rest = CLOCK.search(text), text
    if asian := ASIAN_CLOCK.search(text):
        hour, minute, second, half = asian[1], asian[2], None, ""
        rest = text.replace(asian[0], " ")
    elif clock:
        hour, minute, second = clock["hour"] or clock["hour1"], clock["minute"], clock["second"]
        half = clock["half"] or clock["half1"] or ""
        rest = f"{text[: clock.start()]} {text[clock.end() :]}"
    else:
        hour, minute, second, half = "0", "0", None, ""
    half = "p" if any(word in rest for word in AFTERNOON) else half
    half = "a" if any(word in rest for word in MORNING) else half
    zone = text[clock.end() :] if clock else rest
    day = read_day(OFFSET.sub(" ", rest) if clock else rest)
    return at_clock(day, hour, minute, second, half, zone) if day else None


def read_day(text: str) -> datetime | None:
    if asian := ASIAN.search(text):
        return datetime(int(asian[1]), int(asian[2]), int(asian[3]), tzinfo=UTC)
    months = [known for word in WORD.findall(text) if (known := month_named(word))]
    if not months:
        return read_numbers(text)
    month = months[-1]  # the French Tuesday is called as March is, and stands before the month
    year = YEAR.search(text)
    if year:
        day = DAY.search(text.replace(year[1], " ", 1))
        return datetime(int(year[1]), month, int(day[1]) if day else 1, tzinfo=UTC)
    numbers = SHORT_YEAR.findall(text)
    days = DAY.findall(text)
    if len(days) < 2 or not numbers:  # noqa: PLR2004 - a day and a year
        return None
    return datetime(full_year(int(days[-1])), month, int(days[0]), tzinfo=UTC)


def read_numbers(text: str) -> datetime | None:
    """2026/03/02, 02.03.2026, 03/02/2026; between slashes the month is first, where it can be."""
    found = NUMBERS.search(text)
    if found is None:
        spaced = re.search(r"(?<!\d)(\d\d?) (\d\d?) (\d{4})(?!\d)", text)
        return (
            datetime(int(spaced[3]), int(spaced[2]), int(spaced[1]), tzinfo=UTC) if spaced else None
        )
    first, separator, second, third = found.groups()
    if len(first) == 4:  # noqa: PLR2004 - digits of a year
        return datetime(int(first), int(second), int(third), tzinfo=UTC)
    year = int(third) if len(third) == 4 else full_year(int(third))  # noqa: PLR2004 - as above
    if int(first) > 31:  # noqa: PLR2004 - days
        return datetime(full_year(int(first)), int(second), int(third), tzinfo=UTC)
    day, month = int(first), int(second)
    if separator == "/" and day <= 12:  # noqa: PLR2004 - months
        day, month = month, day
    if month > 12:  # noqa: PLR2004 - months
        day, month = month, day
    return datetime(year, month, day, tzinfo=UTC)


def month_named(word: str) -> int | None:
    """1 to 12, by the longest known beginning of the word; None for any other word."""
    word = bare(word)
    for length in range(min(len(word), 10), 2, -1):
        if word[:length] in MONTH_BY_PREFIX:
            return MONTH_BY_PREFIX[word[:length]]
    return None


def full_year(short: int) -> int:
    """RFC 2822, section 4.3: two digits below 50 are of this century."""
    return short + (2000 if short < 50 else 1900)  # noqa: PLR2004 - the RFC's


def at_clock(
    day: datetime, hour: str, minute: str | None, second: str | None, half: str, zone: str
) -> datetime:
    hours = int(hour)
    if half:
        hours = hours % 12 + (12 if half.lower() == "p" else 0)
    seconds = min(int(second or 0), 59)  # a leap second has no place in datetime
    plus = timedelta(days=1) if hours == 24 and not int(minute or 0) else timedelta(0)  # noqa: PLR2004
    at = day.replace(hour=0 if plus else hours, minute=int(minute or 0), second=seconds) + plus
    return at.replace(tzinfo=zone_named(zone))


def zone_named(text: str) -> timezone:
    """An offset wins over a name; what is unknown is UTC."""
    if offset := OFFSET.search(text):
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    names = (ZONES.get(word.casefold()) for word in WORD.findall(text))
    hours = next((hours for hours in names if hours is not None), 0)
    return timezone(timedelta(hours=hours))
