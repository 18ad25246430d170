"""Applications of people who do not exist, for samples, benchmarks and tests.

Social Security numbers are of the area 900-999, which is never issued; telephone numbers are of the exchange
555-01xx, which is kept for fiction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Final

from qa_toolkit.keying.layout import RecordLayout
from qa_toolkit.keying.records import Record, RecordBuilder, entry_of

_FIRST: Final = (
    "Maria Jose Juan Ana Luis Elena Carlos Sofia Miguel Lucia David Emily Michael Jessica James Ashley "
    "Robert Linda Hmong Mai Pao Thuy Minh Khanh Wei Li Jun Arman Anahit Nareh Priya Arjun Fatima Omar Aisha "
    "Noor Angélica Ramón Inés Zoë Björn Xochitl "
    "Guadalupe Ximena Dmitri Olga Grigor Samvel Tyrone Keisha Latoya"
)
_LAST: Final = (
    "Garcia Hernandez Lopez Martinez Gonzalez Rodriguez Sanchez Ramirez Nguyen Tran Pham Vang Xiong Lee Chen "
    "Wong Kim Park Singh Patel Khan Smith Johnson Williams Brown Jones Davis Miller Petrosyan Sargsyan "
    "O'Connor D'Angelo Smith-Jones Garcia-Lopez Muñoz Peña Ibáñez Van-Dyke Castellanos Figueroa"
)
_STREETS: Final = (
    "Oak Maple Cedar Canyon Sunset Mission Palm Fulton Shaw Blackstone Zinfandel Folsom Willow Tulare"
)
_SUFFIXES: Final = "Street Avenue Road Drive Lane Court Boulevard Way"
_PLACES: Final = (
    ("Fresno", "Fresno", "93650"),
    ("Clovis", "Fresno", "93612"),
    ("Rancho Cordova", "Sacramento", "95670"),
    ("Sacramento", "Sacramento", "95814"),
    ("San Jose", "Santa Clara", "95112"),
    ("Los Angeles", "Los Angeles", "90012"),
)
_EMPLOYERS: Final = (
    "Valley Farm Supply;Central Bakery;Sierra Cleaning;Tower Theatre Cafe;Delta Packing;River City Transit;"
    "Golden Hills School;Mercy Home Care;Yosemite Landscaping;Sunrise Child Care"
)
_FREQUENCIES: Final = ("hourly", "weekly", "every_2_weeks", "twice_a_month", "monthly", "annually")
_LANGUAGES: Final = ("english", "spanish", "hmong", "vietnamese", "armenian", "chinese")
_RELATIONS: Final = ("spouse", "child", "parent", "sibling", "other")

_YES_NO: Final = (
    "phone_same_as_primary home_same_as_primary homeless served_military military_family "
    "other_or_offered_insurance primary_caretaker fulltime_student_18_20 american_indian_alaska_native "
    "applying medicare_a_or_b free_part_a_eligible disability long_term_or_home_care "
    "temporarily_out_of_state injury_lawsuit medical_bills_last_3_months "
    "citizen_or_national will_file_taxes required_to_file"
)
OPERATORS: Final = (("op-101", "Rancho"), ("op-102", "Rancho"), ("op-201", "Fresno"), ("op-202", "Fresno"))


def make_application(
    layout: RecordLayout, number: int, random: Random, *, persons: int | None = None
) -> Record:
    """An application of the shipped layout with 1-6 persons, as it stands on paper."""
    writer = _Writer(RecordBuilder(f"APP-{number:05}", layout), random)
    household = _household(persons or random.choices(range(1, 7), (20, 25, 20, 20, 10, 5))[0], random)
    writer.document(number)
    writer.contact(household[0])
    for label, person in enumerate(household, start=1):
        writer.person(str(label), person)
    writer.relations(len(household))
    writer.money(household)
    operator, site = OPERATORS[number % len(OPERATORS)]
    writer.builder.describe({"operator": operator, "site": site})
    return writer.builder.build()


Person = dict[str, str]


def _household(size: int, random: Random) -> list[Person]:
    last = random.choice(_LAST.split())
    city, county, code = random.choice(_PLACES)
    number, street = (
        random.randint(10, 9999),
        f"{random.choice(_STREETS.split())} {random.choice(_SUFFIXES.split())}",
    )
    names = random.sample(_FIRST.split(), 2 * size)
    made = []
    for at in range(size):
        adult = at < 2
        years = random.randint(19, 64) if adult else random.randint(0, 18)
        born = date(2025, 9, 1) - timedelta(days=years * 365 + random.randint(0, 364))
        digits = f"9{random.randint(0, 99):02}-{random.randint(1, 99):02}-{random.randint(1, 9999):04}"
        made.append(
            {
                "first_name": names[2 * at],
                "middle_name": names[2 * at + 1] if random.random() < 0.5 else "",
                "last_name": last if at != 1 or random.random() < 0.7 else random.choice(_LAST.split()),
                "date_of_birth": f"{born:%m/%d/%Y}",
                "gender": random.choice(("female", "male")),
                "ssn": digits if random.random() < 0.85 else "",
                "phone": _phone(random) if adult or random.random() < 0.3 else "",
                "home_street": f"{number} {street}",
                "home_unit": f"Apt {random.randint(1, 40)}" if number % 3 == 0 else "",
                "home_city": city,
                "home_state": "CA",
                "home_zip": code,
                "home_county": county,
                "adult": "yes" if adult else "",
            }
        )
    return made


def _phone(random: Random) -> str:
    return f"({random.choice(('559', '916', '408'))}) 555-01{random.randint(0, 99):02}"


class _Writer:
    """Fills in the form."""

    def __init__(self, builder: RecordBuilder, random: Random) -> None:
        self.builder, self.random = builder, random

    def put(self, group: str, member: str, name: str, value: str) -> None:
        if value:
            self.builder.add(group, member, name, entry_of(value))

    def yes_no(self, likely: float) -> str:
        return "yes" if self.random.random() < likely else "no"

    def document(self, number: int) -> None:
        random = self.random
        received = date(2025, 10, 1) + timedelta(days=number % 90)
        self.put("envelope", "", "document_id", f"DOC{number:07}")
        self.put("envelope", "", "case_number", f"5{random.randint(0, 999999999):09}")
        self.put("envelope", "", "received_date", f"{received:%m/%d/%Y}")
        self.put("envelope", "", "channel", random.choice(("mail", "fax", "upload", "in_person")))
        self.put("envelope", "", "pages_received", str(random.randint(18, 44)))
        self.put("signature", "", "applicant_signature", "present")
        self.put("signature", "", "signature_date", f"{received - timedelta(days=5):%m/%d/%Y}")
        self.put("signature", "", "renewal_consent_years", random.choice(("1", "3", "5")))

    def contact(self, person: Person) -> None:
        for name in ("first_name", "middle_name", "last_name", "phone"):
            self.put("contact", "", name, person[name])
        self.put(
            "contact", "", "contact_method", self.random.choice(("phone", "mail", "phone;mail", "email"))
        )
        mail = f"{person['first_name']}.{person['last_name']}@example.org".lower().replace("'", "")
        self.put("contact", "", "email", mail)

    def person(self, label: str, person: Person) -> None:
        random = self.random
        for name, value in person.items():
            if name != "adult":
                self.put("person", label, name, value)
        for name in _YES_NO.split():
            self.put("person", label, name, self.yes_no(0.2))
        if random.random() < 0.2:
            self.put("person", label, "mail_street", f"PO Box {random.randint(100, 9999)}")
            self.put("person", label, "mail_city", person["home_city"])
            self.put("person", label, "mail_state", "CA")
            self.put("person", label, "mail_zip", person["home_zip"])
        self.put("person", label, "marital_status", random.choice(("married", "single", "divorced")))
        self.put("person", label, "written_language", random.choice(_LANGUAGES))
        self.put("person", label, "spoken_language", random.choice(_LANGUAGES))
        if person["phone"]:
            self.put("person", label, "phone_type", random.choice(("home", "cell", "work")))
        if person["gender"] == "female" and person["adult"]:
            pregnant = self.yes_no(0.15)
            self.put("person", label, "pregnant", pregnant)
            if pregnant == "yes":
                self.put(
                    "person", label, "due_date", f"0{random.randint(1, 9)}/{random.randint(10, 28)}/2026"
                )
                self.put("person", label, "expected_babies", str(random.randint(1, 2)))
        if not person["ssn"]:
            self.put("person", label, "no_ssn_reason", random.choice(("applied_for", "religious_exemption")))

    def relations(self, size: int) -> None:
        edge = 0
        for one in range(2, size + 1):
            for other in range(1, min(one, 4)):
                edge += 1
                self.put("relationship", str(edge), "from_person", str(one))
                self.put("relationship", str(edge), "to_person", str(other))
                self.put("relationship", str(edge), "relationship", self.random.choice(_RELATIONS))

    def money(self, household: Sequence[Person]) -> None:
        random = self.random
        earners = [person for person in household if person["adult"] and random.random() < 0.8]
        for name, holds in (("has_income", bool(earners)), ("has_variable_income", False)):
            self.put("household", "", name, "yes" if holds else "no")
        for label, person in enumerate(earners, start=1):
            frequency = random.choice(_FREQUENCIES)
            amount = {"hourly": 1850, "annually": 3_600_000}.get(frequency, 120_000) * random.uniform(
                0.7, 1.4
            )
            place = ("income", str(label))
            self.put(*place, "person_first_name", person["first_name"])
            self.put(*place, "person_last_name", person["last_name"])
            self.put(*place, "income_name", random.choice(_EMPLOYERS.split(";")))
            self.put(*place, "source_type", random.choice(("employment", "self_employment")))
            self.put(*place, "amount", f"${amount / 100:,.2f}")
            self.put(*place, "frequency", frequency)
            if frequency == "hourly":
                self.put(*place, "hours_per_week", str(random.randint(12, 40)))
            self.put(*place, "still_receiving", "yes")
        if household[0]["adult"]:
            for name in ("first_name", "last_name"):
                self.put("primary_tax_filer", "", name, household[0][name])
