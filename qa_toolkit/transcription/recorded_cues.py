"""What recordings say and what people say who answer in person: the cues of ``announcements.py``.

Matched, like the cues of ``role_cues.py``, against lower case text without accents; a table to extend.
"""

from __future__ import annotations

import re

LIVE_VOICE = re.compile(
    r"\b(?:my name|i'm|i am|i'll|i will|i can|i've|let me|may i|speaking)\b"
    r"|\b(?:how (?:can|may) (?:i|we)|what can (?:i|we))\b"
    r"|\bthis is (?!an?\b|the\b|being\b|your\b)\w+"
    r"|\bgood (?:morning|afternoon|evening)\b|\bbuen(?:os|as) (?:dias|tardes|noches)\b"
    r"|\b(?:mi nombre|me llamo|soy|le atiende|le saluda|le ayudo|puedo ayudar|permitame|dejeme)\b"
    r"|(?<!si )\bhabla (?!espanol\b|ingles\b)\w+"
)
"""What a person says who answers for an organisation."""
FRESH_START = re.compile(
    r"^(?:(?:uh|um|okay|yes|yeah|eh|bueno|si),? )*"
    r"(?:hello|hi|hey|good (?:morning|afternoon|evening|day)|welcome\b"
    r"|thank(?:s| you)(?: so much| very much)? for (?:calling|holding|waiting|your patience)"
    r"|hola|buen(?:os|as)\b|bienvenid"
    r"|gracias por (?:llamar|su llamada|comunicarse|esperar|su paciencia|la espera))"
    r"|\bthank(?:s| you)(?: so much)? for (?:holding|waiting|your patience)\b"
    r"|\bgracias por (?:esperar|su paciencia|la espera)\b"
)
"""How somebody begins who has just come on the line."""
MACHINE = re.compile(
    r"\b(?:after|at|hear|wait for) (?:the )?(?:tone|beep)\b|\brecord your (?:message|name)\b"
    r"|\bleave (?:your|a|me a|us a|a detailed|a brief|a short) (?:\w+ )?(?:name|message|number)\b"
    r"|\b(?:mail ?box|voice ?mail|answering machine|forwarded to)\b"
    r"|\bthe (?:person|party|subscriber|number|customer) (?:that )?(?:you (?:are|have)|you've|you're)\b"
    r"|\bpress (?:\w+ )?(?:one|two|three|zero|pound|\d)\b|\bend of message\b"
    r"|\bdeje (?:su|un|me un) (?:mensaje|nombre|recado)\b|\bdespues d(?:el|e la) (?:tono|senal)\b|\bbuzon\b"
    r"|\bel (?:numero|usuario|cliente|telefono) que (?:usted )?(?:marco|llama|ha marcado)"
)
"""What answering machines and the telephone network say, whatever comes after it."""
MACHINE_GREETING = re.compile(
    MACHINE.pattern + r"|\b(?:you(?:'ve| have)) (?:reached|got|called)\b"
    r"|\b(?:i|we)(?:'m| am|'re| are)? (?:can't|cannot|can not|not able to|unable to)"
    r" (?:come|get|take|answer)\b"
    r"|\b(?:sorry (?:i|we) missed|get back to you|call you (?:right )?back|leave (?:me )?(?:one|it)\b)"
    r"|\bno (?:puedo|podemos) (?:contestar|atender|tomar)\b|\b(?:le|te) (?:devolvere|regresare|devolvemos)"
    r"|\b(?:se ha comunicado|usted llamo|ha llamado) (?:con|a)\b"
)
"""What a machine's greeting says when nobody speaks after it."""
