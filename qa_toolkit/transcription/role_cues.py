"""What agents and customers say, in English and Spanish: the cues of ``roles.py``, a table to extend.

Cues speak of what a person does in a call, never of how the voice sounds. Patterns are matched against lower
case text without accents and with straight apostrophes. A weight is roughly the log-odds that a speaker with
the cue is the agent (positive) or the customer (negative); set by judgement, not learnt.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Cue:
    """One kind of thing people say.

    Attributes:
        weight: added once for the first turn with it, by halves for the next ones.
        direction: counts on calls of that direction only (and where the direction is not known).
    """

    name: str
    weight: float
    pattern: re.Pattern[str]
    direction: Literal["inbound", "outbound"] | None = None


def _cue(
    name: str, weight: float, *patterns: str, direction: Literal["inbound", "outbound"] | None = None
) -> Cue:
    return Cue(name, weight, re.compile("|".join(patterns)), direction)


CUES = (
    # --- agents
    _cue(
        "offers help",
        3.0,
        r"\b(?:how|what) (?:can|may|could|might) (?:i|we) (?:\w+ )?(?:help|assist|do for)\b",
        r"\bwhat can i help\b",
        r"\bhow can we be of\b",
        r"\b(?:en que|como)(?: es que)? (?:le |te |lo |la )?(?:puedo|podemos"
        r"|podria) (?:\w+ )?(?:ayudar|servir|asistir)",
        r"\b(?:le|te) puedo (?:ayudar|servir)\b",
    ),
    _cue(
        "thanks for calling",
        3.0,
        r"\bthank(?:s| you)(?: so much| very much)? for (?:calling|contacting|reaching)\b",
        r"\bgracias por (?:llamar|su llamada|comunicarse)",
    ),
    _cue(
        "names the agency with their own name",
        2.5,
        r"\b(?:this is|my name is|i'm|i am) \w+(?: \w+)?[,.]? (?:and |uh,? |um,? )?(?:i'm |i am )?"
        r"(?:calling )?(?:from|with|at|on behalf)\b",
        r"\b(?:calling|call) (?:you )?(?:from|on behalf of) (?:the )?\w+",
        r"\b(?:exchange|bank|insurance|center|centre|department|services?|support|company"
        r"|marketplace|agency)\b[^.?!]{0,20}"
        r"[,.]? (?:this is|my name is|you're speaking with|i'm) \w+",
        r"\b(?:le habla|le atiende|le saluda|mi nombre es|soy) \w+(?: \w+)?,? (?:de|del|con"
        r"|en)\b",
        r"\b(?:le llamo|llamo|le hablo|hablo) (?:de parte )?(?:de|del)\b",
    ),
    _cue(
        "asks for verification",
        2.0,
        r"\b(?:your|the|full|first and last) (?:\w+ ){0,3}(?:date of birth|birth ?date"
        r"|birthday|last four|zip|social security)",
        r"\b(?:verify|confirm|provide|give me|tell me|spell|have|get) (?:\w+ ){0,3}(?:your"
        r"|the account holder)\b",
        r"\b(?:what's|what is|may i (?:have|get)|can i (?:have|get)|could i (?:have"
        r"|get)) (?:\w+ )?your\b",
        r"\bfor (?:security|verification|verification purposes)\b|\bto verify\b"
        r"|\bverify (?:you|that)\b",
        r"\b(?:su|sus) (?:\w+ )?(?:fecha de nacimiento|nombre|ultimos cuatro|codigo postal"
        r"|direccion|numero)\b",
        r"\b(?:me (?:da|puede dar|regala|permite)|verificar|confirmar|confirme"
        r"|digame) (?:\w+ ){0,2}su",
    ),
    _cue(
        "offers further help",
        3.0,
        r"\b(?:anything|something) else (?:(?:that )?(?:i|we) (?:can|could|may)|i could"
        r"|you need|today|for you)\b",
        r"\bis there anything else\b|\banything else i\b",
        r"\b(?:algo|alguna cosa|otra cosa) (?:mas )?(?:en (?:lo )?que|que)(?: \w+)? (?:pueda"
        r"|puedo|podamos)\b"
        r"|\bhay algo mas\b|\balgo mas en\b",
    ),
    _cue(
        "asks for a person",
        2.5,
        r"\b(?:may|can|could) i (?:please )?(?:speak|talk) (?:to|with)\b",
        r"\bam i (?:speaking|talking) (?:to|with)\b",
        r"\bi'm (?:trying to reach|looking for|calling for)\b",
        r"\bis (?:this|mr|mrs|ms) \w+(?: \w+)?(?: there| available| in| home)?\?",
        r"\b(?:good|okay|ok|convenient) time to (?:talk|speak)\b|\bis (?:now|this) an? (?:good|okay|ok)\b",
        r"\b(?:es (?:un )?buen momento|tiene un momento)\b",
        r"\b(?:hablo|estoy hablando) con\b",
        r"\bse encuentra\b",
        r"\b(?:puedo|podria|quisiera) hablar con (?:el |la )?(?:senor|senora|sr|sra)",
        direction="outbound",
    ),
    _cue(
        "puts on hold, looks things up",
        1.5,
        r"\b(?:put|place|putting|placing) you on\b|\bon (?:a )?(?:\w+ )?hold\b",
        r"\bthank(?:s| you)(?: so much)? for (?:holding|waiting|your patience|staying)\b",
        r"\b(?:let me|i'll|i will|i'm going to) (?:just |go ahead and |quickly )?(?:check|pull"
        r"|look|bring|see|open|read|update|verify|transfer|get|take)\b",
        r"\b(?:one moment|bear with me|just a moment)\b|\bwhile i (?:\w+ )?(?:check|look|pull"
        r"|open)",
        r"\ben espera\b|\bgracias por (?:esperar|su paciencia|la espera)\b|\b(?:dejeme"
        r"|permitame|voy a) (?:ver|revisar|verificar|checar|buscar|leer|actualizar)",
    ),
    _cue(
        "speaks for the organisation",
        1.0,
        r"\b(?:we|we've|we have) (?:received|sent|need|mailed|show|don't have|can|will|have"
        r"|do)\b",
        r"\b(?:i see|i show|i have you|i found you|i've found you|on our (?:end|side)"
        r"|in our system|on file|my system|recorded line)\b",
        r"\byou(?:'ll| will| can| may) (?:\w+ )?(?:receive|get|need|upload|fax|mail|log|call"
        r"|see|have|find|want)\b",
        r"\byou(?:'re| are) (?:\w+ )?(?:verified|all set|enrolled|eligible|welcome|covered)\b",
        r"\b(?:usted|le) (?:va a |puede |podria |recibira|llegara|enviaremos|enviamos)"
        r"|\bnosotros (?:le|recibimos|necesitamos)"
        r"|\bnuestro sistema\b|\bqueda (?:verificad|registrad|actualizad|guardad)",
    ),
    _cue(
        "calls the other by title or account",
        0.7,
        r"\b(?:your|the) (?:account|application|case|file|record|coverage|enrollment"
        r"|eligibility|household|renewal)\b",
        r"\b(?:sir|ma'am|mr|mrs|ms)\b",
        r"\bsu (?:cuenta|solicitud|caso|expediente|cobertura|renovacion|plan|hogar)\b"
        r"|\b(?:senor|senora)\b",
    ),
    # --- customers
    _cue(
        "says why they call",
        -2.5,
        r"\b(?:i'm|i am|i was|we're) (?:just )?calling (?:about|because|to|regarding|for|in"
        r"|with|on)\b",
        r"\b(?:the reason (?:i'm|i am|for my|i) call)",
        r"\b(?:i'd|i would) like to (?:speak|talk|report|apply|cancel|make|ask|file)\b",
        r"\bllamo (?:por|porque|para|sobre)\b|\b(?:estoy|le) llamando (?:por|porque|para)\b",
        direction="inbound",
    ),
    _cue(
        "got something in the mail",
        -2.0,
        r"\bi (?:just |also )?(?:got|received|have|keep getting) (?:a|this|your|the|another"
        r"|some) (?:\w+ ){0,2}(?:letter|notice|bill|email|e-mail|form|text|message|card|call)",
        r"\b(?:me llego|recibi|me mandaron|me enviaron|me llegaron)\b",
    ),
    _cue(
        "speaks of their own affairs",
        -1.0,
        r"\bmy (?:\w+ )?(?:plan|account|application|insurance|card|bill|daughter|son|husband"
        r"|wife|kids?|child|children|mom|mother|dad|father"
        r"|income|job|employer|address|doctor|coverage|premium|order|car|phone|password|money"
        r"|check|baby|husband's|wife's|spouse|work|password)\b",
        r"\bmi (?:\w+ )?(?:plan|cuenta|solicitud|seguro|tarjeta|hija|hijo|esposo|esposa|mama"
        r"|papa|trabajo|ingreso|direccion|doctor|cobertura|familia|bebe)\b"
        r"|\bmis (?:hijos|ingresos|papeles|documentos)\b",
    ),
    _cue(
        "asks for what they need",
        -1.5,
        r"\bi (?:need|want|wanted|was wondering|have a question|was hoping|lost|forgot|can't"
        r"|cannot|couldn't|don't understand|don't know)\b",
        r"\b(?:can|could) you (?:please )?(?:help|tell|explain|send|check)(?: me)?\b",
        r"\b(?:do|can|should|will|would|did) i (?:\w+ )?(?:need|have|get|still|lose|pay"
        r"|qualify|send|apply)\b",
        r"\b(?:necesito|quiero|queria|quisiera (?:saber|preguntar|hacer|cambiar)|me gustaria"
        r"|tengo una pregunta|perdi|no entiendo|no se)\b"
        r"|\b(?:me puede|podria) (?:ayudar|decir|explicar)\b|\btengo que\b",
    ),
    _cue(
        "says it is they who are asked for",
        -2.5,
        r"\b(?:this is|yes,?) (?:he|she|him|her)\b|^(?:yes,? |yeah,? |yep,? "
        r"|uh,? )*(?:this is )?speaking\b|\bthat's me\b|\bwho(?:'s| is) (?:this|calling)\b",
        r"\b(?:si,? )?(?:soy yo|el habla|ella habla|con el habla|con el|con ella)\b"
        r"|\bquien (?:habla|llama|es)\b|\bde parte de quien\b",
    ),
    _cue(
        "gives their data",
        -1.5,
        r"\bmy (?:\w+ )?(?:name is|name's|date of birth|birthday|social|zip|number is"
        r"|phone number|email|address is)\b",
        r"\bi (?:was born|live|moved|work|make|earn|got married|had a baby|lost my)\b"
        r"|\bit's under\b",
        r"\bmi (?:\w+ )?(?:nombre es|fecha de nacimiento|numero|correo)\b|\b(?:naci|vivo"
        r"|me mude|trabajo|gano)\b",
    ),
)

ANNOUNCEMENT = re.compile(
    r"\b(?:call|calls|conversation) (?:may|might|will|could|is|are"
    r"|can) (?:be )?(?:being )?(?:recorded|monitored)\b"
    r"|\bpress (?:\w+ )?(?:one|two|three|zero|pound|\d)\b|\bpara espanol\b|\boprima\b"
    r"|\bmarque (?:el )?\w+\b"
    r"|\b(?:you(?:'ve| have) reached|leave (?:your|a|me a) (?:name|message|number)"
    r"|after the (?:tone|beep)|at the tone)\b"
    r"|\b(?:is not available|can't (?:come|get|take)|unable to (?:take|answer)"
    r"|not able to (?:take|answer|come))\b"
    r"|\b(?:mailbox|voice ?mail|answering machine)\b|\bplease (?:stay"
    r"|remain) on the line\b|\bcalls are answered\b|\bcall is (?:very )?important to us\b"
    r"|\b(?:hold|wait) for the next\b|\b(?:next available|estimated wait|menu options)\b"
    r"|\boptions have changed\b|\b(?:all|our) (?:of our )?(?:agents|representatives|operators) are"
    r" (?:currently |all )?(?:busy|assisting|helping)\b"
    r"|\bllamadas? (?:puede|pueden|podria|podra|sera|seran|esta)(?: ser| siendo)? (?:grabad|monitoread)"
    r"|\bllamadas? se graban?\b|\bsu llamada es (?:muy )?importante\b"
    r"|\b(?:permanezca|mantengase|espere) en la linea\b|\bdeje (?:su|un|me un) mensaje\b"
    r"|\bdespues d(?:el|e la) (?:tono|senal)\b"
)
"""What recordings say and people seldom do; only meaningful together with where in the call it is said."""
MESSAGE = re.compile(
    r"\b(?:give|call) (?:me|us)(?: a)? (?:call|back|ring)\b|\bcall (?:me"
    r"|us) (?:back )?at\b|\breturn (?:my|our|this) call\b"
    r"|\bmessage (?:is )?for\b|\breach (?:me|us) at\b"
    r"|\b(?:devuelva|regrese|devuelvanos|regresenos) (?:la|esta|mi) llamada\b"
    r"|\bllame(?:nos|me)\b|\bmensaje (?:es )?para\b"
)
INTERPRETER = re.compile(
    r"\binterpreter\b[^.?!]{0,30}\b(?:number|id|speaking|here)\b|\b(?:this is|i'm"
    r"|i am) (?:the|your|an?) (?:\w+ )?interpreter\b"
    r"|\binterpreter,? id\b|\bthe interpreter (?:needs|would|is|requests|asks)\b"
    r"|\b(?:soy|habla|le habla) (?:el|la|su) interprete\b|\binterprete (?:numero|id)\b"
    r"|\b(?:the (?:caller|member|customer|patient)|she|he) (?:says|said|is saying"
    r"|is asking|would like to know)\b"
)
HELLO = re.compile(
    r"^(?:uh,? |um,? )*(?:hello|hi|hey|yes|yeah|bueno|diga|alo|si|hola)(?:,? (?:hello|hi"
    r"|yes))?[.?!,]*$"
)
IN_PERSON = next(cue.pattern for cue in CUES if cue.name == "says it is they who are asked for")
"""What somebody says who is asked for and has picked up."""
NUMBERS = re.compile(
    r"^(?:\d+|oh|o|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty"
    r"|ninety|hundred|double"
    r"|january|february|march|april|may|june|july|august|september|october|november"
    r"|december|\d+(?:st|nd|rd|th)"
    r"|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce"
    r"|quince|veinte|treinta"
    r"|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|mil|de|del|enero|febrero"
    r"|marzo|abril|mayo|junio"
    r"|julio|agosto|septiembre|octubre|noviembre|diciembre|dieci\w+|veinti\w+)$"
)
YOU = frozenset(["you", "your", "you're", "you'll", "you've", "usted", "ustedes", "su", "sus", "le", "les"])
ME = frozenset(
    [
        "i",
        "my",
        "me",
        "i'm",
        "i've",
        "i'd",
        "mine",
        "we",
        "our",
        "yo",
        "mi",
        "mis",
        "me",
        "nos",
        "nuestra",
        "nuestro",
    ]
)
ENGLISH = frozenset(
    [
        "the",
        "and",
        "you",
        "your",
        "is",
        "are",
        "to",
        "of",
        "for",
        "that",
        "this",
        "have",
        "with",
        "what",
        "can",
        "i",
        "it",
        "yes",
        "please",
    ]
)
SPANISH = frozenset(
    [
        "el",
        "la",
        "los",
        "las",
        "de",
        "que",
        "y",
        "en",
        "un",
        "una",
        "por",
        "para",
        "con",
        "su",
        "usted",
        "es",
        "si",
        "no",
        "mi",
        "le",
        "me",
        "lo",
        "esta",
    ]
)


def plain(text: str) -> str:
    """Text as the cues see it: lower case, no accents, straight apostrophes, single blanks."""
    spread = unicodedata.normalize(
        "NFKD", text.casefold().replace("’", "'").replace("¿", " ").replace("¡", " ")
    )
    return " ".join("".join(c for c in spread if not unicodedata.combining(c)).split())
