# ruff: noqa: E501 - tables and patterns, which are read as a whole
"""What English records put before and behind somebody: titles, relations, verbs, labels, degrees. Patterns on cased text."""

from __future__ import annotations

import re

L = "A-Za-zØøŁłĐđÞþÆæŒœßı"
TITLE = re.compile(
    r"(?<![A-Za-z])(?:[Mm]rs?|MRS?|[Mm]s|MS|[Mm]iss|MISS|[Mm]x|[Dd]rs?|DRS?|[Pp]rof(?:essor)?|PROF|Doctor|"
    r"Sister|Matron|Madam|Sir|Lady|Lord|Rev|"
    r"Herr|Frau|Mme|Mlle|Senora?|Sgt|Capt|Col|Nurse|[Ss]taff [Nn]urse|S/N|(?<!\d )(?<!\d)Fr)(?:\.[ \t]?|[ \t])[ \t]?(?=[A-ZØŁĐÞÆŒ]|"
    r"(?:de|da|di|du|la|van|von|al|el|bin|ten|ter|der)[ -])"
)
LOWER_TITLE = re.compile(r"(?<![a-z])(?:mr|mrs|ms|dr|prof)(?:\.[ \t]?|[ \t])(?=([a-z]{3,}))")


_BAR = re.compile(r"\|(?![^()]*\))")


def _any(table: str) -> str:
    """An alternation of what a table lists between bars; grouped by the first letter, which is several times as fast."""
    groups: dict[str, list[str]] = {}
    for one in _BAR.split("".join(line.strip() for line in table.splitlines())):
        groups.setdefault(one[0], []).append(one[1:])
    return "|".join(
        f"{first}(?:{'|'.join(sorted(set(rest), key=len, reverse=True))})" for first, rest in groups.items()
    )


RELATION = re.compile(
    r"(?<![a-z])(?<!syringe )(?:"
    + _any(
        """
        patient|pt|son|daughter|wife|husband|mother|father|brother|sister|partner|niece|nephew|aunt|uncle|cousin|grandson|granddaughter|
        grandmother|grandfather|grandad|grandma|nana|nanny|auntie|neighbou?r|friend|carer|guardian|next of kin|nok|contact|spouse|fianc[e]e?|
        mum|mom|dad|step-?son|step-?daughter|step-?mother|step-?father|step-?mum|step-?dad|son-in-law|daughter-in-law|mother-in-law|
        father-in-law|sister-in-law|brother-in-law|housemate|flat ?mate|roommate|boyfriend|girlfriend|ex-wife|ex-husband|ex-partner|widow|twin|boyfriend's name|girlfriend's name|partner's name|husband's name|wife's name|son's name|daughter's name|mother's name|
        triplet|colleague|employer|social worker|key worker|support worker|interpreter|translator|informant|donor|recipient|witness|gentleman|
        lady|baby|teacher|landlady|landlord|warden|visitor|student|observer|trainee|volunteer|chaplain|priest|imam|rabbi|solicitor|constable|
        midwife|nurse|nurse was|nurse today was|consultant|registrar|surgeon|physician|resident|intern|paramedic|pharmacist|technician|scientist|
        radiologist|pathologist|h(?:a)?ematologist|cardiologist|oncologist|at+ending|secretary|phlebotomist|physio|physiotherapist|dietitian|
        dietician|optometrist|dentist|therapist|counsellor|porter|chaperone|clerk|receptionist|coordinator|manager|officer|driver|pc|wpc|dc|hv|
        hca|amhp|imca|iro|cpn|anaes|endoscopist|guarantor|hygienist|chiropodist|podiatrist|orthotist|psychologist|lodger|tenant|spr|str|sho|f[12]|fy[12]|ct[123]|st[1-8]|cns|anp|acp|odp|rmo|jmo|cmo|bms|mla|aka|n[e]e|formerly|wr|ward round
        """
    )
    + r")(?:[ ,]{1,2}(?:is|named|called|known as|a|also)\b|,)?[ ]?[( ]?(?<=[ (,])(?=[^\W\d_])"
)
"""Of a folded text, as the next two: whoever uses them looks whether a capital follows."""
VERB = re.compile(
    r"(?<![a-z])(?:"
    + _any(
        """
        spoken? to|spoken? with|letter to|letter from|cop(?:y|ied) to|cop(?:y|ied) from|reply to|reply from|message to|message from|message for|
        msg to|msg from|msg for|forwarded to|discuss(?:ed|ion) (?:\\w+ )?with|d/w|electronically signed(?: by)?|signed(?: off)?(?: by)?|
        dictated by|reported by|verified by|authori[sz]ed by|referred by|reviewed by|reviewed with|seen by|seen with|called|informed|notified|
        telephoned|phoned|contacted|paged|bleeped|hand(?:ed)? ?over (?:to|from|by)|accepted by|cc|requested by|ordered by|collected by|taken by|
        performed by|witnessed by|witnessed|accompanied by|lives with|cared for by|brought in by|dear|read back by|acknowledged by|received by|
        approved by|checked by|validated by|prepared by|typed by|transcribed(?: by)?|written by|entered by|interviewed by|consented by|consented|
        operated on by|escorted by|visited by|admitted by|admitted under|care of|under|attended by|assisted by|emailed|texted|asked|told|
        thank(?:s| you),?|regards,?|sincerely,?|faithfully,?|best wishes,?|via|thx,?|cheers,?|ta,?|rgds,?|i am|i'm|its|it's|this is|hi|hey|hello|
        morning|love|per|w/|c/o|issued to|given to|handed to|faxed to|sent to|according to|assured|reassured|updated|met|thanked|warned|advised|
        counsel?led|bled by|cannulated by|inserted by|given by|scribed by|supervised by|assessed by|examined by|s/b|r/v by|r/v|
        seen on (?:the )?(?:ward|wr) (?:by|with)|ok(?:'?d|ayed)? by|confirmed by|confirmed with|agreed by|agreed with|countersigned(?: by)?|
        named nurse(?: is| was)?|belongs to|property of|friends with|married to|carer for|handing over to|h/o to|h/o from|escalated to|
        reported to|documented by|ask(?:ed)? for|call|ring|introduced by|led by|chaired by|on behalf of|attention of|remember(?:s|ed)?
        """
    )
    + r")[:,]?(?:[ \t]|[ \t]*\n+[ \t]*)(?=[^\W\d_])"
)
SIGNED = re.compile(r"(?i)(?:regards|sincerely|faithfully|best wishes|signed)[,.:]?\s*\n+\s*\Z")
LABEL = re.compile(
    r"(?<![a-z])(?<!test )(?<!drug )(?<!product )(?<!file )(?<!brand )(?<!generic )(?:"
    + _any(
        """
        name|patient name|full name|first name|last name|family name|given name|maiden name|patient|surname|forename|consultant|physician|surgeon|
        radiologist|pathologist|attending|registrar|provider|clinician|prescriber|operator|requester|requestor|gp|referrer|author|technologist|
        technician|nurse|midwife|doctor|collector|verifier|reporter|signatory|next of kin|nok|emergency contact|contact|contact person|carer|
        guardian|attn|to|from|re|cc|signature|signed|by|patient of|insured|mother|father|spouse|wife|husband|son|daughter|brother|sister|
        interpreter|partner|scientist|witness|escort|reviewer|checked|verified|reported|authori[sz]ed|relative|friend|neighbou?r|pharmacist|
        social worker|chaperone|family|family rung|rung|rang|auth|endoscopist|guarantor|pcp|transcribed|typed|dictated|phleb|team|cons|wr|present|attendees|apologies|chair|minutes|staff|health visitor|
        key worker|care coordinator|case manager|witnessed by|prepared by|issued by|seen by|referred by|requested by|collected by|received by|
        called to|reported by|signed by|verified by|authori[sz]ed by|an(?:a)?esthetist|assistant|scrub|circulating|runner|perfusionist|landlord|
        advocate|solicitor|officer|teacher|parent|paramedic|crew|driver|employer|dentist|physio|physiotherapist|dietitian|ot|slt|pt|sho|spr|
        fy1|fy2|f1|f2|hca|rn|name of \\w+|known as|alias|aka|dr|mr|mrs|ms|donor|recipient|informant|subscriber name|policy ?holder|payee|bearer
        """
    )
    + r")(?: \([^)\n]{1,20}\))?[ \t]?:[ \t]{0,4}(?=[^\W\d_])"
)
DEGREE = re.compile(
    r",? ?(?<=[, ])(?:MD|M\.D\.|RN|R\.N\.|NP|PA-C|DO|D\.O\.|MBBS|MBChB|MB ChB|FRCP(?:ath)?|MRCP|FRCS|PhD|BSN|ARNP|FNP|MLS|MT\(ASCP\)|FACP|FRACP|FRCR|DNP|CNM|PharmD|LCSW)(?![A-Za-z])"
)
BY = re.compile(rf"(?<![A-Za-z])(?:by|from|[Pp]er|with|for|[Ff][Yy][Ii]|called|is) (?=[A-ZØŁĐÞÆŒ][{L}'-]+(?![{L}-]))")
ACTING = re.compile(
    rf"(?<![{L}\d'-])([A-ZØŁĐÞÆŒ](?:'[A-Z])?[a-zøłđþæœßı]+(?:['-][{L}]+)*)(?= (?:wants|wanted|said|says|called|rang|asked|asks|phoned|told|agrees|agreed|"
    r"explained|mentioned|insisted|visited|attended|telephoned|confirmed|informed|aware|updated|bled|cannulated|reviewed|phoned|bleeped|took|gave|signed|witnessed|checked|collected|brought|lives|works|drives|denies|reports|states|stated|thinks|feels|worried|declined|refused|consented|requested|spoke|will (?:ring|call|chase|review|tell|speak|discuss|collect|bring)|to (?:ring|call|chase|review)|is aware|is worried|is happy|was told|was informed|was aware|here from|here again|here)(?![a-z])"
    r"| ?\((?:[Dd]aughter|[Ss]on|[Ww]ife|[Hh]usband|[Mm]other|[Ff]ather|[Ss]ister|[Bb]rother|[Nn]urse|RN|SN|[Nn]iece|[Nn]ephew|[Pp]artner|[Nn]ext of kin|NOK|[Cc]arer|HCA|SHO|SpR|StR|F[12Y]\d?|FY[12]|CNS|SN|EN|AIN|BMS|GP|OT|PT|SW|[Pp]orter|[Ww]itness|[Ii]nterpreter|[Ff]riend|[Nn]eighbou?r|[Mm]um|[Dd]ad|[Ss]pouse|[Ff]ianc|[Cc]ons(?:ultant)?\)|[Rr]eg(?:istrar)?\)|[A-Za-z]+ (?:reg|registrar|cons|consultant|nurse|SHO|SpR|StR|CNS|RN|fellow|resident|secretary)\))"
    r"|, (?:ward clerk|staff nurse|charge nurse|nurse|clerk|secretary|receptionist|porter|paramedic|physio|pharmacist|midwife|sister|carer|registrar|SHO|SpR|CNS|RN|FY1|FY2|HCA|next of kin|daughter|son|wife|husband|his|her)(?![a-z]))"
)
LAST = re.compile(
    rf"(?:[.!?,;/] ?|[-\n] ?|\b(?:thanks|thx|cheers|ta|regards) )([A-ZØŁĐÞÆŒ][a-zøłđþæœßı]+(?:['-][{L}]+)*)(?:, [A-Z]{{2,4}})?\.?\s*\Z"
)
SIGNATURE = re.compile(
    rf"(?m)^[ \t]*(?:-{{1,6}}|_{{2,}}|~|/s/)?[ \t]*((?:[A-Z]\.? ?){{0,3}}[A-ZØŁĐÞÆŒ][{L}]+(?:['-][{L}]+)*(?: [A-Z]\.?)?(?: [A-ZØŁĐÞÆŒ][{L}]+(?:['-][{L}]+)*){{0,2}}(?: [A-Z]\.?)?)"
    r"[ \t]*(?:[,(] ?[A-Za-z0-9 .,()/-]{1,40})?[ \t.]*$"
)
LOWER_LEAD = re.compile(
    r"(?<![A-Za-z])(?:[Hh]i|[Hh]ey|[Hh]ello|[Tt]a|[Tt]hx|[Tt]hanks|[Cc]heers|[Dd]ear|[Ll]ove|[Rr]egards|[Mm]orning|[Aa]sk(?:ed)?|[Tt]old|[Tt]ell|[Cc]alled|[Pp]aged|[Ii]t'?s|with|from|by|per|to) ([a-z]{3,})(?![a-z])"
)
_THINGS = (
    r"(?:(?i:criteri(?:a|on)|score|scales?|classification|grad(?:e|ing)|stag(?:e|ing)|syndromes?|diseases?|sign|test|stain(?:ing)?|ind(?:ex|ices)|catheters?|cannulae?|"
    r"ventilators?|analy[sz]ers?|formula|equation|method|procedure|operation|man(?:oeuvre|euver)s?|fractures?|hernias?|clamps?|forceps|balloon|valves?|stents?|protocol|regimen?|"
    r"antigens?|antibod(?:y|ies)|bod(?:y|ies)|virus|agar|reaction|murmurs?|waves?|rules?(?! out)|dystroph(?:y|ies)|speculum|retractors?|incision|needles?|blades?|questionnaire|inventory|"
    r"technique|triad|tetrad|pentad|phenomenon|reflex(?:es)?|dialy[sz]er)|"
    r"lines?|tubes?|cells?|signs(?= ?(?:[:.,;)\n]|positive|negative|neg|pos|absent|present|of)|\Z)|tests(?! (?:positive|negative))|"
    r"(?:ha?emi)?arthroplasty|prosthes[ie]s|wort|position|drains?|mask|frame|collar|splint|bandage|dressings?|device|system|pump|scissors|unit|ward|wing|suite|theatre|building|bay|trial|study|et al|"
    r"level|class|type|lift|viper|venom|serology|fever|ratio|factor|plates?|screws?|nails?|wires?|pins?|regression|hook|sutures?|flap|graft|pouch|loop|stockings?|diet|feed|cream|gel|ointment|"
    r"inhalers?|pen|hoist|chair|mattress|sum|airway|probe|port|filter|shunt|boot|brace|crutch(?:es)?|exercises?|approach|repair|resection|anastomosis|stoma|"
    r"law|nodes?|spots?|rash|ulcer|tumou?r|lymphoma|sarcoma|palsy|chorea|anomaly|deformity|contracture|gangrene|angina|lesions?|lamp|ligament|fascia|palpation|"
    r"traction|paralysis|neuralgia|circuit|curve|plot|pos|neg|positive|negative|first[ -]rank|T34|MS ?\d\d|\d{4}[A-Z])(?![a-z])"
)
NOT_PEOPLE = re.compile(
    rf" {_THINGS}|(?:,? (?:and|or) [A-Z][{L}-]+){{1,2}} {_THINGS}"
    r"|['’]?s? \d+(?:\.\d+)? ?(?:mg|mcg|micrograms?|g|ml|units?|iu|puffs?|tabs?|drops?)(?![a-z])"
    r"|\s?[\dA-ZⅠ-Ⅻ+.-]{0,5}\s?(?:评分|分级|分型|分期|分类|分(?![钟别])|级|型|期|征|试验|法|标准|量表|握手|指数|病|综合征|术|氏|三联|线|点|切口|管|钳|疗法|体位|训练|功能|四步|手法|一级症状|染色|定律|公式|方程|分度|切迹|现象|小体|培养基|波(?!动)|杂音|抗原|抗体|支具|敷料|注射液|胶囊)"
)
"""Behind a name these make it a thing."""
SCORED = re.compile(
    r" (?:\d{1,3}(?:\.\d)?(?:[-/]\d{1,3})?[a-cA-C]?|[IVX]{1,4}[ABCabc]?)(?=[.,;)\n]|\s*\Z| (?:on|pre|with|and|at)(?![a-z]))"
    r"| (?:ordered|avoided|fitted|applied|inserted|deflated|in situ|removed|sited|placed|used)(?=[.,;\n]|\s*\Z)"
)
"""Behind one word that nothing announces these make it a scale or a device: `Berg 21/56`, `Fontaine IIb`."""
