"""What is said around identifiers: cues that name a number's kind, street words, mail providers."""

from __future__ import annotations

from typing import Final

OTHER: Final = "other"
"""Cues of numbers that identify nobody: ZIP codes, offices, amounts."""

OWN_PHONE: Final = "own_phone"
"""Cues of the speaker's own telephone number."""


def _phrases(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(phrase.split()) for phrase in text.split(","))


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CUES: Final = {
    "ssn": """
        social, ssn, social security, social security number, seguro social, numero de social, itin,
        taxpayer number, taxpayer id, tax id, numero de contribuyente
        """,
    "birth_date": """
        date of birth, birth date, birthdate, birthday, born, dob, birth, nacimiento, naci, nacio,
        cumpleanos, nacida, nacido
        """,
    "card": """
        card, card number, credit card, debit card, visa, mastercard, american express, amex, discover,
        tarjeta, numero de tarjeta, tarjeta de credito, tarjeta de debito
        """,
    "bank_account": """
        routing, routing number, bank account, checking account, savings account, checking, savings, my
        bank, bank account number, numero de ruta, cuenta bancaria, cuenta de banco, cuenta de cheques,
        cuenta de ahorros, account at the bank, bank
        """,
    "phone": """
        phone, phone number, cell, cell number, cellphone, telephone, mobile, reach you at, contact number,
        call back number, callback number, best number, home number, work number, telefono, celular,
        numero de telefono, call you at
        """,
    "case_number": """
        case number, case id, case, application number, application id, member number, member id,
        account number, account id, client number, client id, policy number, policy id, reference
        number, confirmation number, medi cal number, medical number, medicaid number, medicaid id,
        subscriber id, subscriber number, numero de caso, numero de expediente, expediente, numero de
        solicitud, numero de miembro, numero de cuenta, numero de cliente, numero de poliza, numero de
        referencia, numero de confirmacion, cin
        """,
    "immigration_document": """
        alien number, alien registration number, alien registration, a number, uscis number, uscis,
        green card, green card number, permanent resident card, resident card, passport, passport
        number, i 9 4, form i 9 4, naturalization certificate, certificate of naturalization,
        citizenship certificate, certificate number, visa number, receipt number, work permit,
        employment authorization, sevis, sevis id, pasaporte, numero de extranjero, tarjeta de
        residente, tarjeta verde, residencia, numero de pasaporte, permiso de trabajo, certificado de
        naturalizacion, numero de uscis, mica
        """,
    OWN_PHONE: """
        call me, call me at, call me back at, reach me, reach me at, text me, give me a call, give me a
        ring, ring at, llameme, llamarme, marqueme
        """,
    OTHER: """
        give us a call, give us a ring, call us back, return our call,
        zip, zip code, zipcode, postal code, codigo postal, extension, ext, fax, fax number, fax it to,
        call us, reach us, our number, our phone number, our office, our hours, toll free, call the,
        nuestro numero, llamenos, group number, plan number, plan id, plan, ticket, badge, agent id,
        agent number, id number is, interpreter number, interpreter id, income, premium, salary,
        ingreso, prima, salario, order number
        """,
}
CUES: Final = tuple((phrase, kind) for kind, text in _CUES.items() for phrase in _phrases(text))
CUES_BY_FIRST_WORD: Final = {
    word: tuple((phrase, kind) for phrase, kind in CUES if phrase[0] == word)
    for word in {phrase[0] for phrase, _ in CUES}
}

OTHER_DATES: Final = _set(
    """
    coverage start starts started effective begins began ends ended end expires expired expire due
    deadline until by appointment moved married divorced hired signed sent mailed dated received
    uploaded lost enrolled since submitted letter renewal scheduled empezo empieza termina vence
    cobertura vigente desde hasta cita mude case
    """
)
"""Words that say a date is no birth date, when they are nearer to it than a word of birth."""

IS_MY: Final = _phrases(
    "is my, is the, is her, is his, is your, that is my, that is the, is for my, would be my, was my, "
    "es mi, es el, es su"
)
"""What stands between a number and the cue that follows it ("... is my social")."""

JOINERS: Final = _set(
    """
    and then the last first middle next final are is it area code followed by rest digits digit numbers
    number y luego despues el la los las ultimos primeros son es siguientes codigo de go ahead okay yes
    yeah right mhm got si bien aja siga adelante no sorry wait mean perdon digo espere
    """
)
"""Words that may stand inside one number that is said in pieces; they part it more than a pause does."""
MARKS: Final = _set("dash hyphen slash guion diagonal raya space stroke")
"""Spoken separators of a number."""
PIECE_NAMES: Final = _set("first last middle next final other ultimos ultimas primeros primeras siguientes")
"""Words before "four" in "the last four": the four is a count and no digit."""
MOST_JOINERS: Final = 5

UNITS: Final = _set(
    """
    dollars cents percent days day weeks week months month years year hours hour minutes minute people bucks
    dolares centavos porciento dias dia semanas semana meses mes anos ano horas minutos personas kids times
    thousand hundred oclock am pm
    """
)
"""Words after a number that make it an amount."""

STREETS: Final = _set(
    """
    street st avenue ave boulevard blvd road rd drive dr lane ln court ct place pl way circle cir
    terrace ter highway hwy parkway pkwy trail trl loop square sq alley plaza row path pike run crossing
    ridge walk
    """
)
SPANISH_STREETS: Final = _set(
    "calle avenida av bulevar boulevard camino paseo carretera calzada pasaje privada via callejon"
)
UNIT_WORDS: Final = _set("apartment apt unit suite ste number space lot room floor departamento apartamento")
NO_STREET_NAME: Final = _set(
    """
    is are was were be been have has had do does did will would can could should may might must the a an
    and or but if so that this these those there here i you he she it we they me my your his her our
    their us them for from to of in on at by with about as not no yes okay what when where why how who
    which than then because into your just only more most other any some every each all both half whole
    right wrong long es son esta estan tiene que para por con sin sobre y o pero si no su mi el los las
    un una
    """
)
"""Words no street is called by; between a number and a street word they say it is no address."""
LIVES_AT: Final = _phrases(
    "live at, lives at, living at, address is, address at, address to, reside at, moved to, staying at, "
    "home is, vivo en, vive en, direccion es, domicilio es"
)

OFFICES: Final = _set("office offices county located building oficina oficinas condado ubicada ubicado")
"""Words before an address that say it is an office's."""
MAILING: Final = _set("mail send fax mailing envie mande")
"""Words before a box number that say papers go there."""

DIRECTIONS: Final = _set("north south east west northeast northwest southeast southwest")
ADDRESS_ASKED: Final = _set("address live living lives reside staying direccion domicilio vive")
"""Words of a question whose answer may be an address."""

MAIL_CUES: Final = _set("email correo mail electronico")
MAIL_PROVIDERS: Final = _set(
    """
    gmail yahoo hotmail outlook icloud aol msn live comcast att sbcglobal verizon proton protonmail
    ymail mac me earthlink cox charter juno zoho gmx mail
    """
)
NO_MAILBOX: Final = _set(
    """
    online visit website us it them there here page look log sign apply go find check upload site web
    out that available located form forms information me people call pagina sitio visite
    """
)
"""Words before "at" that say a web site is meant and no mailbox."""
TOP_LEVEL: Final = _set("com org gov net edu us mx info co io")

MONTHS: Final = {
    name: number
    for line in (
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sept oct nov dec",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
    for number, name in enumerate(line.split(), start=1)
} | {"sep": 9, "setiembre": 9}
