"""British spellings and the American ones they are compared as, built from stems and endings."""

from __future__ import annotations

from functools import cache

_ISE = """
apolog author capital categor character civil computer critic custom digit emphas equal external famil
final formal general hospital immun initial internal item jeopard legal mater maxim memor minim modern
monopol national neutral normal organ penal personal popular prior privat public real recogn reorgan
scrutin social special stabil standard steril subsid summar symbol sympath synchron util vandal visual
"""
_ISE_ENDINGS = "ise ises ised ising iser isers isation isations"
_YSE = "anal paral catal"
_OUR = """
arm behavi cand clam col endeav fav ferv flav harb hon hum lab neighb od parl ranc rig rum sav splend
tum val vap vig misdemean disfav dishon discol
"""
_OUR_ENDINGS = "our ours oured ouring ourable ourably ourite ourites ourful ourhood ourhoods oural"
_DOUBLED = """
cancel counsel dial fuel label level marvel model panel pedal quarrel signal total travel tunnel channel
enrol fulfil instal equal
"""
_RE = "cent theat lit met fib calib sept spect lust meag millimet centimet kilomet"
_PAIRS = """
acknowledgement acknowledgment, acknowledgements acknowledgments, judgement judgment,
judgements judgments, ageing aging, cheque check, cheques checks, chequebook checkbook,
defence defense, offence offense, licence license, licences licenses, licenced licensed,
pretence pretense, practise practice, practised practiced, practises practices,
practising practicing, dialogue dialog, dialogues dialogs, catalogue catalog, catalogues catalogs,
catalogued cataloged, analogue analog, programme program, programmes programs, grey gray, kerb curb,
tyre tire, tyres tires, enrolment enrollment, enrolments enrollments, enrol enroll, enrols enrolls,
fulfil fulfill, fulfils fulfills, fulfilment fulfillment, instalment installment,
instalments installments, skilful skillful, wilful willful, jewellery jewelry, enquire inquire,
enquired inquired, enquires inquires, enquiring inquiring, enquiry inquiry, enquiries inquiries,
whilst while, amongst among, learnt learned, spelt spelled, mum mom, mums moms, paediatric pediatric,
paediatrics pediatrics, paediatrician pediatrician, orthopaedic orthopedic, orthopaedics orthopedics,
anaemia anemia, anaesthesia anesthesia, anaesthetic anesthetic, anaesthetist anesthetist,
haemoglobin hemoglobin, haemorrhage hemorrhage, oestrogen estrogen, diarrhoea diarrhea,
gynaecology gynecology, gynaecologist gynecologist, leukaemia leukemia, oesophagus esophagus,
foetus fetus, manoeuvre maneuver, paycheque paycheck, paycheques paychecks, sceptical skeptical,
aluminium aluminum, plough plow, storey story, neighbouring neighboring, pyjamas pajamas, cosy cozy,
draught draft, moustache mustache, cancelation cancellation
"""


@cache
def american_spelling() -> dict[str, str]:
    """British form to American form; no American form is a key."""
    pairs = {
        f"{stem}{ending}": f"{stem}{ending.replace('is', 'iz', 1)}"
        for stem in _ISE.split()
        for ending in _ISE_ENDINGS.split()
    }
    for stem in _YSE.split():
        pairs |= {f"{stem}yse{e}": f"{stem}yze{e}" for e in ("", "d", "r", "rs")}
        pairs[f"{stem}ysing"] = f"{stem}yzing"
    for stem in _OUR.split():
        pairs |= {f"{stem}{e}": f"{stem}{e.replace('our', 'or', 1)}" for e in _OUR_ENDINGS.split()}
    for stem in _DOUBLED.split():
        if stem not in {"enrol", "fulfil", "instal"}:
            pairs |= {f"{stem}l{e}": f"{stem}{e}" for e in ("ed", "ing", "er", "ers", "or", "ors")}
    for stem in _RE.split():
        pairs |= {f"{stem}re": f"{stem}er", f"{stem}res": f"{stem}ers", f"{stem}red": f"{stem}ered"}
    pairs |= dict(pair.split() for pair in _PAIRS.split(","))
    return {british: american for british, american in pairs.items() if american not in pairs}
