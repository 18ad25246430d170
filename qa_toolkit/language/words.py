"""What the normaliser knows about the words of each language: numbers, contractions, variants, fillers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _numbered(words: str, first: int, step: int = 1) -> dict[str, int]:
    return {word: first + step * position for position, word in enumerate(words.split())}


SPOKEN_SIGNS = frozenset("@%&¢")
"""Signs that are words in some language and are left out in the others."""


@dataclass(frozen=True, slots=True)
class NumberWords:
    """The number words of a language (folded), by the part they play in a number.

    Attributes:
        unit_joiner: stands between tens and units (``treinta y cinco``).
        tail_joiner: may stand after hundreds and thousands (``one hundred and five``).
        one_before_scale: words that mean one only before ``hundred`` or ``million`` (``a hundred``).
        hundreds: hundreds that are words of their own (``quinientos``).
        oh: words that mean zero beside spoken digits only.
        date_joiner: stands between a day and a month (``14 de marzo``).
    """

    zero: frozenset[str]
    units: Mapping[str, int]
    teens: Mapping[str, int]
    tens: Mapping[str, int]
    scales: Mapping[str, int]
    hundred: frozenset[str] = frozenset()
    hundreds: Mapping[str, int] = field(default_factory=dict)
    unit_joiner: str | None = None
    tail_joiner: str | None = None
    one_before_scale: frozenset[str] = frozenset()
    scale_may_lead: frozenset[str] = frozenset()
    repeats: Mapping[str, int] = field(default_factory=dict)
    oh: frozenset[str] = frozenset()
    ordinals: Mapping[str, int] = field(default_factory=dict)
    months: frozenset[str] = frozenset()
    date_joiner: str = "of"
    point: str = "point"
    point_words: frozenset[str] = frozenset()
    openers: frozenset[str] = field(init=False)
    """All words with which a number may begin."""
    spoken: frozenset[str] = field(init=False)
    """Words beside which ``oh`` is a digit."""
    multipliers: frozenset[str] = field(init=False)
    """Words that make one number of a digit, or of ``a``, before them."""

    def __post_init__(self) -> None:
        parts = (
            *(
                self.zero,
                self.oh,
                self.units,
                self.teens,
                self.tens,
                self.hundreds,
                self.ordinals,
                self.repeats,
            ),
            *(self.one_before_scale, self.scale_may_lead),
        )
        spoken = (self.zero, self.oh, self.units, self.teens, self.tens, self.repeats)
        object.__setattr__(self, "openers", frozenset().union(*parts))
        object.__setattr__(self, "spoken", frozenset().union(*spoken))
        object.__setattr__(self, "multipliers", self.hundred | frozenset(self.scales) | self.point_words)


@dataclass(frozen=True, slots=True, eq=False)
class LanguageWords:
    """Everything the normaliser knows of one language.

    Attributes:
        expansions: one word to the words it stands for.
        sequences: several words to the words they stand for, longest first.
        clitics: endings after an apostrophe, to the word they stand for (English).
        fillers: sounds without meaning, dropped for word error rates.
        function_letters: single letters that are words of the language.
    """

    numbers: NumberWords | None = None
    expansions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sequences: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    clitics: Mapping[str, str] = field(default_factory=dict)
    fillers: re.Pattern[str] = re.compile(r"(?!)")
    function_letters: frozenset[str] = frozenset()
    symbols: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dot: str = "dot"
    currencies: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    money_joiners: frozenset[str] = frozenset()
    decimal_comma: bool = False
    opened: frozenset[str] = field(init=False)
    """Words that stand for others, and signs that are spoken or left out."""
    sequence_starts: frozenset[str] = field(init=False)
    money_wholes: frozenset[str] = field(init=False)
    money_parts: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        changed = (word for word, parts in self.expansions.items() if parts != (word,))
        for name, words in (
            ("opened", (*changed, *self.symbols, *SPOKEN_SIGNS)),
            ("sequence_starts", (first for first, *_ in self.sequences)),
            ("money_wholes", (whole for whole, _ in self.currencies.values())),
            ("money_parts", (part for _, part in self.currencies.values())),
        ):
            object.__setattr__(self, name, frozenset(words))


_ENGLISH_ORDINALS = {
    **_numbered("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth", 1),
    **_numbered("thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth", 13),
    **_numbered("twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth", 20, 10),
}

ENGLISH_NUMBERS = NumberWords(
    zero=frozenset({"zero", "nought"}),
    units=_numbered("one two three four five six seven eight nine", 1),
    teens=_numbered(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
        10,
    ),
    tens={**_numbered("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10), "fourty": 40},
    scales={"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12},
    hundred=frozenset({"hundred"}),
    tail_joiner="and",
    one_before_scale=frozenset({"a"}),
    repeats={"double": 2, "triple": 3},
    oh=frozenset({"oh", "o"}),
    ordinals=_ENGLISH_ORDINALS,
    months=_set(
        "january february march april may june july august september october november december "
        "jan feb mar apr jun jul aug sept sep oct nov dec"
    ),
    point_words=frozenset({"point"}),
)

SPANISH_NUMBERS = NumberWords(
    zero=frozenset({"cero"}),
    units=_numbered("uno dos tres cuatro cinco seis siete ocho nueve", 1),
    teens={
        **_numbered("diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve", 10),
        **_numbered("veintiuno veintidos veintitres veinticuatro veinticinco veintiseis", 21),
        **_numbered("veintisiete veintiocho veintinueve", 27),
        "veintiun": 21,
        "veintiuna": 21,
    },
    tens=_numbered("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa", 20, 10),
    scales={
        "mil": 10**3,
        "millon": 10**6,
        "millones": 10**6,
        "billon": 10**12,
        "billones": 10**12,
    },
    hundreds={
        "cien": 100,
        "ciento": 100,
        **_numbered(
            "doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos",
            200,
            100,
        ),
        **_numbered(
            "doscientas trescientas cuatrocientas quinientas seiscientas setecientas ochocientas novecientas",
            200,
            100,
        ),
    },
    unit_joiner="y",
    one_before_scale=frozenset({"un", "una"}),
    scale_may_lead=frozenset({"mil"}),
    repeats={"doble": 2, "triple": 3},
    ordinals={"primero": 1, "primer": 1},
    months=_set(
        "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre"
    ),
    date_joiner="de",
    point="punto",
    point_words=frozenset({"punto", "coma"}),
)


def _table(lines: str) -> dict[str, tuple[str, ...]]:
    """Reads ``short = long form`` lines."""
    rows = (line.split("=") for line in lines.strip().splitlines())
    return {word: tuple(right.split()) for left, right in rows for word in left.split()}


def _sequences(lines: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    rows = (line.split("=") for line in lines.strip().splitlines())
    return {tuple(way.split()): tuple(right.split()) for left, right in rows for way in left.split(",")}


ENGLISH = LanguageWords(
    numbers=ENGLISH_NUMBERS,
    expansions=_table(
        """
        can't cant cannot = can not
        won't = will not
        shan't = shall not
        dont = do not
        didnt = did not
        doesnt = does not
        isnt = is not
        arent = are not
        wasnt = was not
        werent = were not
        couldnt = could not
        wouldnt = would not
        shouldnt = should not
        hasnt = has not
        havent = have not
        hadnt = had not
        im = i am
        ive = i have
        youre = you are
        youve = you have
        youll = you will
        theyre = they are
        theyve = they have
        theyll = they will
        weve = we have
        thats = that is
        whats = what is
        theres = there is
        let's = let us
        ain't = aint
        gonna = going to
        wanna = want to
        gotta = got to
        gimme = give me
        lemme = let me
        kinda = kind of
        sorta = sort of
        outta = out of
        dunno = do not know
        cuz coz 'cause 'cuz = because
        'em = them
        'til = until
        'bout = about
        y'all yall = you all
        ma'am = maam
        o'clock = oclock
        ok okey o'kay okay = okay
        alright = all right
        mhm mmhm mmhmm uhhuh = mhm
        mr = mister
        mrs = missus
        dr = doctor
        vs = versus
        dollar = dollars
        cent = cents
        euro = euros
        """
    ),
    sequences=_sequences(
        """
        mm hmm, mm hm, m hm, m hmm, uh huh, um hum, um hm = mhm
        per cent, per cents = percent
        e mail = email
        health care = healthcare
        voice mail = voicemail
        web site = website
        """
    ),
    clitics={"re": "are", "ll": "will", "ve": "have", "m": "am", "d": "would", "em": "them"},
    fillers=re.compile(r"u+h+|u+h*m+|e+r+m*|h+m+|m{2,}"),
    function_letters=frozenset({"a", "i"}),
    symbols={"%": ("percent",), "&": ("and",), "@": ("at",), "¢": ("cents",)},
    currencies={"$": ("dollars", "cents"), "€": ("euros", "cents"), "£": ("pounds", "pence")},
    money_joiners=frozenset({"and"}),
)

SPANISH = LanguageWords(
    numbers=SPANISH_NUMBERS,
    expansions=_table(
        """
        pa' = para
        ok okey okay okei = okay
        sr = senor
        sra = senora
        srta = senorita
        dr = doctor
        dra = doctora
        dolar = dolares
        centavo = centavos
        usted ud = usted
        ustedes uds = ustedes
        email = correo electronico
        """
    ),
    sequences=_sequences("por ciento = porciento\ne mail = correo electronico"),
    fillers=re.compile(r"e{2,}h*|e+h+|e*m{2,}|h+m+|u+h+|u+m+"),
    function_letters=frozenset({"a", "e", "o", "u", "y"}),
    symbols={"%": ("porciento",), "&": ("y",), "@": ("arroba",), "¢": ("centavos",)},
    dot="punto",
    currencies={"$": ("dolares", "centavos"), "€": ("euros", "centimos"), "£": ("libras", "peniques")},
    money_joiners=frozenset({"y", "con"}),
    decimal_comma=True,
)

ANY_LANGUAGE = LanguageWords(symbols={}, dot="")

IS_AFTER = _set(
    "it that he she what who where when how here there this why everything nobody everybody everyone "
    "somebody someone anybody anyone something nothing one name"
)
"""English words after which ``'s`` is ``is``; ``has`` before ``been``, ``got``, ``gone`` or ``had``."""

IS_BEFORE = _set(
    "a an the been going gonna got not just still already here there very really so too also supposed "
    "trying calling"
)
"""English words before which ``'s`` is ``is`` (or ``has``) after any word; elsewhere it may be a genitive."""

HAS_OR_HAD = {"is": ("has", _set("been got gone had")), "would": ("had", _set("been better"))}
"""What ``'s`` and ``'d`` are opened as becomes another word before some words: ``it has been``."""

VERB_MAY_AFTER = _set("you we i they he she it that this who which and or one")
"""English words after which ``may`` is a verb and not a month."""

TOP_LEVEL_DOMAINS = _set("com org gov net edu info us ca mx")
"""Last parts of names such as ``example.com``, whose dots are spoken."""


def words_of(language: str) -> LanguageWords:
    """The tables of a language tag such as ``en``, ``es-MX``; bare rules for a language without tables."""
    primary = language.replace("_", "-").split("-")[0].lower()
    return {"en": ENGLISH, "es": SPANISH}.get(primary, ANY_LANGUAGE)
