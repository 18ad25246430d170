"""United States addresses folded to one spelling: USPS Publication 28 abbreviations, unit apart.

Only the last word of a street is read as its suffix and only its ends as directions, so that the name itself
('Canyon', 'St James', 'North') is never folded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_SUFFIXES: Final = """
ALLEE ALLEY ALLY ALY=ALY; ANNEX ANX=ANX; ARCADE ARC=ARC; AV AVE AVEN AVENU AVENUE AVN AVNUE=AVE; BAYOU
BYU=BYU; BEACH BCH=BCH; BEND BND=BND; BLUFF BLF=BLF; BOTTOM BTM=BTM; BLVD BOUL BOULEVARD BOULV=BLVD; BRANCH
BR=BR; BRIDGE BRDGE BRG=BRG; BROOK BRK=BRK; BYPASS BYP BYPA=BYP; CAMP CP=CP; CANYON CANYN CNYN CYN=CYN; CAPE
CPE=CPE; CAUSEWAY CSWY=CSWY; CENTER CENTRE CEN CENT CNTR CTR=CTR; CIRCLE CIR CIRC CRCL CRCLE=CIR; CLIFF
CLF=CLF; CLIFFS CLFS=CLFS; CLUB CLB=CLB; COMMON CMN=CMN; CORNER COR=COR; COURSE CRSE=CRSE; COURT CT CRT=CT;
COURTS CTS=CTS; COVE CV=CV; CREEK CRK=CRK; CRESCENT CRES CRSENT CRSNT=CRES; CREST CRST=CRST; CROSSING CRSSNG
XING=XING; CURVE CURV=CURV; DALE DL=DL; DAM DM=DM; DIVIDE DIV DV=DV; DRIVE DR DRIV DRV=DR; ESTATE EST=EST;
ESTATES ESTS=ESTS; EXPRESSWAY EXP EXPR EXPY=EXPY; EXTENSION EXT EXTN=EXT; FALL=FALL; FALLS FLS=FLS; FERRY
FRY=FRY; FIELD FLD=FLD; FIELDS FLDS=FLDS; FLAT FLT=FLT; FORD FRD=FRD; FOREST FRST=FRST; FORK FRK=FRK; FORT
FT=FT; FREEWAY FWY FREEWY=FWY; GARDEN GDN GARDN=GDN; GARDENS GDNS=GDNS; GATEWAY GTWY GATEWY=GTWY; GLEN
GLN=GLN; GREEN GRN=GRN; GROVE GRV GROV=GRV; HARBOR HBR=HBR; HAVEN HVN=HVN; HEIGHTS HTS HT=HTS; HIGHWAY HWY
HIWAY HWAY=HWY; HILL HL=HL; HILLS HLS=HLS; HOLLOW HOLW HLLW=HOLW; INLET INLT=INLT; ISLAND IS ISLND=IS;
ISLE=ISLE; JUNCTION JCT=JCT; KEY KY=KY; KNOLL KNL=KNL; KNOLLS KNLS=KNLS; LAKE LK=LK; LAKES LKS=LKS; LANDING
LNDG=LNDG; LANE LN=LN; LIGHT LGT=LGT; LOAF LF=LF; LODGE LDG=LDG; LOOP LOOPS=LOOP; MALL=MALL; MANOR MNR=MNR;
MEADOW MDW=MDW; MEADOWS MDWS=MDWS; MEWS=MEWS; MILL ML=ML; MISSION MSN=MSN; MOUNT MT=MT; MOUNTAIN MTN=MTN;
ORCHARD ORCH=ORCH; OVAL=OVAL; PARK PRK=PARK; PARKWAY PKWY PARKWY PKY=PKWY; PASS=PASS; PATH PATHS=PATH; PIKE
PIKES=PIKE; PINE PNE=PNE; PINES PNES=PNES; PLACE PL=PL; PLAIN PLN=PLN; PLAZA PLZ PLZA=PLZ; POINT PT=PT; PORT
PRT=PRT; PRAIRIE PR=PR; RANCH RNCH=RNCH; RIDGE RDG=RDG; RIVER RIV=RIV; ROAD RD=RD; ROUTE RTE=RTE; ROW=ROW;
RUN=RUN; SHORE SHR=SHR; SPRING SPG=SPG; SPRINGS SPGS=SPGS; SQUARE SQ SQR=SQ; STATION STA=STA; STREAM
STRM=STRM; STREET ST STR STRT=ST; SUMMIT SMT=SMT; TERRACE TER TERR=TER; TRACE TRCE=TRCE; TRAIL TRL=TRL;
TUNNEL TUNL=TUNL; TURNPIKE TPKE=TPKE; UNION UN=UN; VALLEY VLY=VLY; VIEW VW=VW; VILLAGE VLG=VLG; VISTA
VIS=VIS; WALK=WALK; WAY WY=WAY; WELL WL=WL; WELLS WLS=WLS
"""
_DIRECTIONS: Final = """
NORTH N=N; SOUTH S=S; EAST E=E; WEST W=W; NORTHEAST NE=NE; NORTHWEST NW=NW; SOUTHEAST SE=SE; SOUTHWEST SW=SW
"""
_CITY_WORDS: Final = {"ST": "SAINT", "STE": "SAINTE", "MT": "MOUNT", "FT": "FORT"}
_UNITS: Final = frozenset(
    [
        "APT",
        "APARTMENT",
        "UNIT",
        "STE",
        "SUITE",
        "SPC",
        "SPACE",
        "RM",
        "ROOM",
        "FL",
        "FLOOR",
        "BLDG",
        "BUILDING",
        "TRLR",
        "TRAILER",
        "LOT",
        "DEPT",
        "NO",
        "NUM",
        "#",
    ]
)
_PO_BOX: Final = re.compile(r"^(P ?O ?|POST OFFICE )?BOX (?=[0-9A-Z])")


def _table(lines: str) -> dict[str, str]:
    pairs = [entry.strip().split("=") for entry in " ".join(lines.split()).split(";")]
    return {word: short for words, short in pairs for word in (*words.split(), short)}


_SUFFIX: Final = _table(_SUFFIXES)
_DIRECTION: Final = _table(_DIRECTIONS)

_STATE_NAMES: Final = """
ALABAMA=AL; ALASKA=AK; ARIZONA=AZ; ARKANSAS=AR; CALIFORNIA=CA; COLORADO=CO; CONNECTICUT=CT; DELAWARE=DE;
DISTRICT_OF_COLUMBIA=DC; FLORIDA=FL; GEORGIA=GA; HAWAII=HI; IDAHO=ID; ILLINOIS=IL; INDIANA=IN; IOWA=IA;
KANSAS=KS; KENTUCKY=KY; LOUISIANA=LA; MAINE=ME; MARYLAND=MD; MASSACHUSETTS=MA; MICHIGAN=MI; MINNESOTA=MN;
MISSISSIPPI=MS; MISSOURI=MO; MONTANA=MT; NEBRASKA=NE; NEVADA=NV; NEW_HAMPSHIRE=NH; NEW_JERSEY=NJ;
NEW_MEXICO=NM; NEW_YORK=NY; NORTH_CAROLINA=NC; NORTH_DAKOTA=ND; OHIO=OH; OKLAHOMA=OK; OREGON=OR;
PENNSYLVANIA=PA; RHODE_ISLAND=RI; SOUTH_CAROLINA=SC; SOUTH_DAKOTA=SD; TENNESSEE=TN; TEXAS=TX; UTAH=UT;
VERMONT=VT; VIRGINIA=VA; WASHINGTON=WA; WEST_VIRGINIA=WV; WISCONSIN=WI; WYOMING=WY; AMERICAN_SAMOA=AS;
GUAM=GU; NORTHERN_MARIANA_ISLANDS=MP; PUERTO_RICO=PR; VIRGIN_ISLANDS=VI
"""
_STATES: Final = _table(_STATE_NAMES)


def plain_capitals(text: str) -> str:
    """Capitals without accents and punctuation, one space between words; '#' stands alone."""
    decomposed = unicodedata.normalize("NFKD", text.upper())
    kept = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f").replace("#", " # ")
    kept = re.sub(r"[.'’]", "", kept)
    return " ".join(re.sub(r"[^\w#/-]|_", " ", kept).split())


def street(text: str) -> str:
    """Number, direction, name, suffix and unit in one spelling; ``|`` stands before the unit."""
    words = plain_capitals(text).split()
    words, unit_words = _split_unit(words)
    folded = " ".join(_folded_street(words))
    folded = _PO_BOX.sub("PO BOX ", folded)
    return f"{folded}|{' '.join(unit_words)}" if unit_words else folded


def _split_unit(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The street and the unit's own words: what follows the first designator after at least two words."""
    for position, word in enumerate(words):
        if position >= 2 and word in _UNITS and 1 <= len(words) - position - 1 <= 3:
            rest = [w for w in words[position + 1 :] if w not in _UNITS]
            if rest and (word != "FL" or any(c.isdigit() for c in rest[0])):
                return list(words[:position]), rest
    return list(words), []


def _folded_street(words: list[str]) -> list[str]:
    if len(words) < 2:
        return words
    folded = list(words)
    first = 1 if words[0][0].isdigit() else 0
    last = len(words) - 1
    if last - first >= 2 and words[last] in _DIRECTION and words[last - 1] in _SUFFIX:
        folded[last] = _DIRECTION[words[last]]
        last -= 1
    if last > first and words[last] in _SUFFIX:
        folded[last] = _SUFFIX[words[last]]
    if last - first >= 2 and words[first] in _DIRECTION:
        folded[first] = _DIRECTION[words[first]]
    return folded


def unit(text: str) -> str:
    """The unit without its designator: 'Apt 3B', '# 3B' and '3B' are one unit."""
    words = plain_capitals(text).split()
    kept = [word for word in words if word not in _UNITS]
    return "".join(kept or words).replace("-", "")


def city(text: str) -> str:
    """The city with ST, MT and FT written out."""
    return " ".join(_CITY_WORDS.get(word, word) for word in plain_capitals(text).split())


def county(text: str) -> str:
    """The county without the word itself."""
    words = plain_capitals(text).split()
    return " ".join(words[:-1] if len(words) > 1 and words[-1] in ("COUNTY", "CO", "CTY") else words)


def state(text: str) -> str:
    """The two-letter code of a state or territory; other text in capitals."""
    words = plain_capitals(text)
    return _STATES.get(words.replace(" ", "_"), words)
