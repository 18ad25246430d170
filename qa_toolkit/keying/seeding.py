"""Known errors put into records on purpose: to measure the comparison, and the people who check.

Every error is of one kind of the taxonomy and its place is returned, so that what is found can be held
against what was put in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from qa_toolkit.domain.case import Discrepancy
from qa_toolkit.keying.classification import CODE_RULES, is_swap, is_telling, kind_of
from qa_toolkit.keying.layout import RecordLayout
from qa_toolkit.keying.records import BLANK, Entry, Record
from qa_toolkit.keying.rules import FieldRules, LayoutRules

Groups = dict[str, dict[str, dict[str, Entry]]]
Place = tuple[str, str, str]
"""Group, member and field."""


class SeededError(NamedTuple):
    """One error that was put in; ``field`` is empty for an error of a whole member."""

    record: str
    group: str
    member: str
    field: str
    kind: str


@dataclass(frozen=True, slots=True)
class Seeded:
    """A record keyed with known errors, the reference it belongs to, and the errors."""

    keyed: Record
    reference: Record
    errors: tuple[SeededError, ...]


FIELD_KINDS: Final = (
    "wrong_member", "mis_fielded", "missing", "extra", "wrong_frequency", "decimal_shift", "transposed",
    "wrong_code", "wrong_value", "format_only", "illegible", "ambiguous_mark", "crossed_out",
    "source_conflict", "unreadable_guessed",
)  # fmt: skip
MEMBER_KINDS: Final = ("column_swap", "missed_member", "extra_member", "duplicated_member")
_MARKS: Final = ("illegible", "ambiguous_mark", "crossed_out", "source_conflict")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def seed(record: Record, layout: RecordLayout, kinds: Iterable[str], random: Random) -> Seeded:
    """The record with one error of each kind, where it has a place for it.

    No place gets two errors, and places that depend on one another are left alone, so that each error stays
    one error.
    """
    return _Seeder(record, LayoutRules(layout), random).run(kinds)


class _Seeder:
    def __init__(self, record: Record, rules: LayoutRules, random: Random) -> None:
        self.record, self.rules, self.random = record, rules, random
        self.keyed, self.reference = _copy(record.groups), _copy(record.groups)
        self.taken: set[Place] = set()
        self.members: set[tuple[str, str]] = set()
        self.errors: list[SeededError] = []
        gates = {(c.group, c.field) for f in rules.fields.values() for r in f.values() for c in r.conditions}
        aligned = {(g.id, name) for g in rules.layout.groups for name in g.align_on}
        self.fixed = gates | {(g, f) for g, f in aligned if g in ("relationship",)}

    def run(self, kinds: Iterable[str]) -> Seeded:
        wanted = list(kinds)
        for kind in sorted(wanted, key=lambda k: k in MEMBER_KINDS):
            made = self._member(kind) if kind in MEMBER_KINDS else self._field(kind)
            if made is not None:
                self.errors.append(SeededError(self.record.id, *made, kind))
        metadata = self.record.metadata
        return Seeded(
            Record(self.record.id, self.keyed, metadata),
            Record(self.record.id, self.reference, metadata),
            tuple(self.errors),
        )

    def _places(self) -> list[tuple[Place, FieldRules, str]]:
        """Filled places nobody touched, in any order."""
        found = [
            ((group, member, name), self.rules.fields[group][name], entry.value)
            for group, members in self.record.groups.items()
            for member, values in members.items()
            for name, entry in values.items()
            if (group, member, name) not in self.taken
            and ((group, name) not in self.fixed or self.rules.fields[group][name].spec.type == "frequency")
            and not self.rules.fields[group][name].spec.refers_to
            and not self.rules.fields[group][name].conditions
        ]
        self.random.shuffle(found)
        return found

    def _field(self, kind: str) -> Place | None:
        if kind == "extra":
            return self._extra()
        if kind in _MARKS or kind == "unreadable_guessed":
            return self._mark(kind)
        change = getattr(self, f"_{kind}")
        for place, rules, value in self._places():
            made = change(place, rules, value)
            if made is not None and self._stays_one_member(place):
                self._set(place, made)
                return place
        return None

    def _set(self, place: Place, value: str) -> None:
        group, member, name = place
        self.keyed[group][member][name] = Entry(value, "present") if value else BLANK
        self.taken.add(place)
        self.members.add((group, member))

    def _stays_one_member(self, place: Place) -> bool:
        """Errors of the fields by which members are known may not pile up on one member."""
        group, member, name = place
        weights = self.rules.layout.by_id[group].weights
        spent = sum(weights.get(f, 0.0) for g, m, f in self.taken if (g, m) == (group, member))
        return not self.rules.layout.by_id[group].repeated or spent + weights.get(name, 0.0) <= 0.4

    def _missing(self, place: Place, rules: FieldRules, value: str) -> str | None:
        del rules, value
        used = len(self.keyed[place[0]][place[1]])
        return "" if used > 2 else None

    def _wrong_member(self, place: Place, rules: FieldRules, value: str) -> str | None:
        group, member, name = place
        if not self.rules.layout.by_id[group].repeated or rules.spec.rule in CODE_RULES:
            return None
        key = rules.normalise(value).key
        others = [m for m in self.record.groups[group] if m != member]
        self.random.shuffle(others)
        for other in others:
            there = self.record.entry(group, other, name).value
            if (
                there
                and (group, other, name) not in self.taken
                and is_telling(rules.spec, rules.normalise(there).key)
                and rules.normalise(there).key != key
            ):
                self.taken.add((group, other, name))
                return there
        return None

    def _mis_fielded(self, place: Place, rules: FieldRules, value: str) -> str | None:
        group, member, name = place
        if rules.spec.rule in CODE_RULES:
            return None
        same = [
            other
            for other, r in self.rules.fields[group].items()
            if r.spec.rule == rules.spec.rule and other != name and (group, member, other) not in self.taken
        ]
        self.random.shuffle(same)
        for other in same:
            there = self.record.entry(group, member, other).value
            key = rules.normalise(there).key if there else ""
            unique = key and is_telling(rules.spec, key) and key != rules.normalise(value).key
            if unique and not self._elsewhere(group, member, name, key):
                self.taken.add((group, member, other))
                return there
        return None

    def _elsewhere(self, group: str, member: str, name: str, key: str) -> bool:
        """Whether another member has this value in this field."""
        rules = self.rules.fields[group][name]
        return any(
            label != member
            and values.get(name, BLANK).value
            and rules.normalise(values[name].value).key == key
            for label, values in self.record.groups.get(group, {}).items()
        )

    def _known(self, place: Place, rules: FieldRules, key: str) -> bool:
        """Whether the value stands anywhere else in the record, so that it would look moved."""
        group, member, name = place
        if self._elsewhere(group, member, name, key):
            return True
        return any(
            r.normalise(e.value).key == key
            for g, m, f, e in self.record.entries()
            if (r := self.rules.fields[g][f]).spec.rule == rules.spec.rule and (g, m, f) != place and e.value
        )

    def _wrong_frequency(self, place: Place, rules: FieldRules, value: str) -> str | None:
        group, member, _ = place
        amount = (group, member, rules.spec.amount_of or "")
        if rules.spec.type != "frequency" or amount in self.taken:
            return None
        self.taken.add(amount)
        return self.random.choice([o for o in rules.spec.options if o not in (value, "hourly", "daily")])

    def _decimal_shift(self, place: Place, rules: FieldRules, value: str) -> str | None:
        del place
        digits = rules.normalise(value).key
        if rules.spec.rule != "money" or digits.startswith("?"):
            return None
        number = float(digits)
        return f"{number * 10:.2f}" if self.random.random() < 0.5 else f"{number * 100:.2f}"

    def _transposed(self, place: Place, rules: FieldRules, value: str) -> str | None:
        if rules.spec.rule in CODE_RULES or rules.spec.type == "code":
            return None
        pairs = [n for n in range(len(value) - 1) if value[n].isalnum() and value[n + 1].isalnum()]
        self.random.shuffle(pairs)
        for n in pairs:
            made = value[:n] + value[n + 1] + value[n] + value[n + 2 :]
            if self._fits(place, rules, value, made, "transposed"):
                return made
        return None

    def _wrong_code(self, place: Place, rules: FieldRules, value: str) -> str | None:
        if rules.spec.type == "frequency" or rules.spec.rule not in CODE_RULES - {"suffix"}:
            return None
        if rules.spec.rule == "yes_no":
            return "no" if value == "yes" else "yes"
        options = [option for option in rules.spec.options if option != value] or ["other_code"]
        made = self.random.choice(options)
        return made if self._fits(place, rules, value, made, "wrong_code") else None

    def _wrong_value(self, place: Place, rules: FieldRules, value: str) -> str | None:
        if rules.spec.rule in CODE_RULES or rules.spec.type == "code" or len(value) < 3:
            return None
        spots = [n for n, c in enumerate(value) if c.isalnum()]
        n = self.random.choice(spots)
        pool = "0123456789" if value[n].isdigit() else _LETTERS
        typed = self.random.choice([c for c in pool if c != value[n].lower()])
        slips: Sequence[str] = (
            value[:n] + typed + value[n + 1 :],
            value[:n] + value[n + 1 :],
            value[:n] + value[n] + value[n:],
        )
        made = self.random.choice(slips)
        return made if self._fits(place, rules, value, made, "wrong_value") else None

    def _fits(self, place: Place, rules: FieldRules, value: str, made: str, kind: str) -> bool:
        """Whether the value is wrong after normalising, of this kind, and no one else's."""
        one, other = rules.normalise(made).key, rules.normalise(value).key
        if one == other or self._known(place, rules, one):
            return False
        if kind == "transposed" and rules.spec.rule != "date" and not is_swap(one, other):
            return False
        return kind_of(rules.spec, made, one, other, amount_agrees=True) == kind

    def _format_only(self, place: Place, rules: FieldRules, value: str) -> str | None:
        del place
        forms: Mapping[str, Callable[[str], str]] = {
            "name": str.upper,
            "text": str.upper,
            "street": lambda v: v.upper().replace(" STREET", " ST").replace(" AVENUE", " AVE"),
            "city": str.upper,
            "phone": lambda v: "".join(c for c in v if c.isdigit()),
            "ssn": lambda v: v.replace("-", ""),
            "money": lambda v: v.replace("$", "").replace(",", ""),
            "date": lambda v: f"{v[6:]}-{v[:2]}-{v[3:5]}",
        }
        change = forms.get(rules.spec.rule)
        made = change(value) if change else value
        return made if made != value and rules.normalise(made).key == rules.normalise(value).key else None

    def _extra(self) -> Place | None:
        samples = {
            "name": "Quirino",
            "phone": "(530) 555-0199",
            "date": "03/03/2024",
            "email": "q@example.net",
        }
        places = [
            (group, member, name, samples[rules.spec.rule])
            for group, members in self.record.groups.items()
            for member in members
            for name, rules in self.rules.fields[group].items()
            if rules.spec.rule in samples
            and not rules.conditions
            and not self.record.entry(group, member, name).value
            and (group, member, name) not in self.taken
        ]
        if not places:
            return None
        group, member, name, value = self.random.choice(places)
        self._set((group, member, name), value)
        return group, member, name

    def _mark(self, kind: str) -> Place | None:
        for place, rules, value in self._places():
            group, member, name = place
            if rules.spec.type == "frequency" or not self._stays_one_member(place):
                continue
            state = "illegible" if kind == "unreadable_guessed" else kind
            self._set(place, value if kind == "unreadable_guessed" else "")
            self.reference[group][member][name] = Entry("", state)  # type: ignore[arg-type]
            return place
        return None

    def _member(self, kind: str) -> Place | None:
        group = "person"
        free = [label for label in self.keyed.get(group, {}) if (group, label) not in self.members]
        free = [
            label
            for label in free
            if self.rules.keys(self.rules.layout.by_id[group], self.keyed[group][label])
        ]
        self.random.shuffle(free)
        if kind == "column_swap" and len(free) > 1:
            one, other = sorted(free[:2])
            members = self.keyed[group]
            members[one], members[other] = members[other], members[one]
            self.members |= {(group, one), (group, other)}
            return group, f"{one}+{other}", ""
        if kind == "missed_member" and free and len(self.keyed[group]) > 1:
            del self.keyed[group][free[0]]
            self.members.add((group, free[0]))
            return group, free[0], ""
        new = str(
            max((int(label) for label in (*self.keyed[group], *self.record.groups[group])), default=0) + 1
        )
        if kind == "duplicated_member" and free:
            self.keyed[group][new] = dict(self.keyed[group][free[0]])
            self.members |= {(group, free[0]), (group, new)}
            return group, new, ""
        if kind == "extra_member":
            values = {"first_name": "Quentin", "last_name": "Zapata", "date_of_birth": "11/23/1951"}
            self.keyed[group][new] = {name: Entry(value, "present") for name, value in values.items()}
            self.members.add((group, new))
            return group, new, ""
        return None


def _copy(groups: Mapping[str, Mapping[str, Mapping[str, Entry]]]) -> Groups:
    return {g: {m: dict(values) for m, values in members.items()} for g, members in groups.items()}


def found_errors(discrepancies: Iterable[Discrepancy]) -> set[SeededError]:
    """What a comparison found, in the form of what was put in; consequences of a root are left out."""
    return {
        SeededError(d.record, d.group, d.member or "", d.field, d.kind)
        for d in discrepancies
        if d.root is None
    }
