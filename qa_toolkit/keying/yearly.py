"""Amounts a year, from amount, frequency and hours or days a week: what an eligibility decision rests on."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from qa_toolkit.keying.layout import FieldSpec, GroupSpec
from qa_toolkit.keying.records import BLANK, Entry, Members
from qa_toolkit.keying.rules import LayoutRules
from qa_toolkit.language.values import times_a_year

WEEKS: Final = 52


def yearly_field(group: GroupSpec) -> FieldSpec | None:
    """The frequency by which the amounts of a group become yearly ones; None where it has none."""
    found = [spec for spec in group.fields if spec.type == "frequency" and spec.amount_of is not None]
    return found[0] if found else None


def yearly_by_owner(
    members: Members,
    owners: Mapping[str, str | None],
    group: GroupSpec,
    frequency: FieldSpec,
    rules: LayoutRules,
) -> dict[str, Decimal | None]:
    """Owner -> sum of the yearly amounts; None where one of them cannot be told."""
    sums: dict[str, Decimal | None] = {}
    for label, values in members.items():
        owner = owners.get(label)
        if owner is None:
            continue
        amount = yearly_amount(values, group, frequency, rules)
        before = sums.get(owner, Decimal(0))
        sums[owner] = None if amount is None or before is None else before + amount
    return sums


def yearly_amount(
    values: Mapping[str, Entry], group: GroupSpec, frequency: FieldSpec, rules: LayoutRules
) -> Decimal | None:
    """Amount times periods a year; None where a part is missing.

    52 weekly, 26 every two weeks, 24 twice a month, 12 monthly; hourly and daily pay times hours or days a
    week times 52; a payment made once counts once.
    """
    amount = _number(values, group, frequency.amount_of or "", rules)
    word = rules.fields[group.id][frequency.id].normalise(values.get(frequency.id, BLANK).value).key
    if amount is None:
        return None
    if word in ("hourly", "daily"):
        units = _number(values, group, frequency.per_week.get(word, ""), rules)
        return None if units is None else amount * units * WEEKS
    times = times_a_year(word)
    return None if times is None else amount * times


def _number(values: Mapping[str, Entry], group: GroupSpec, name: str, rules: LayoutRules) -> Decimal | None:
    entry = values.get(name, BLANK)
    if entry.state != "present":
        return None
    try:
        return Decimal(rules.fields[group.id][name].normalise(entry.value).key)
    except InvalidOperation:
        return None
