# ruff: noqa: E501 - tables, which are read as a whole
"""What English records call numbers that lead to somebody, as parts of patterns."""

from __future__ import annotations

ALONE = (
    r"ris|pacs|(?:histo|cyto)(?:logy|path(?:ology)?)|mrn|mr(?=\s?[#:]| no\b| number)|pid|(?:pt|patient)(?=\s?#| id\b| no\b| number)|urn|nhi|crn|empi|chi|csn|"
    r"har|fin|cpi|mbi|ubrn|npi|dea|vin|iban|din|udi|ur|pas|ppsn?|ihi|abha|a[ad]+h?aar?|uhid|umrn|ipd|opd|(?:ip|op|cr|uh) ?(?=no\b|no\.|#|number)|dva|hcn|h&c|hcno|phn|ohip|ramq|"
    r"nric|mykad|eid|emirates id|qid|iqama|pan(?=\s?[:#]| no\b| card)|voter id|ahpra|provider|prescriber|mcrn|mdcn|imc|hcpc|gphc|gdc|upin|tin|ein|sin|curp|rfc|cpf|"
    r"cad|police ref(?:erence)?|crime(?: ref(?:erence)?)?|datix|riskman|locker(?: key)?|key ?safe(?: code)?|key|seal|tag|band|log|hpzone|book|grp|wrist ?band|arm ?band|id ?band|bracelet|imei|udid|sim|mac|"
    r"cert(?:ificate)?(?: of \w+)?|med ?3|form|folder|wallet|envelope|docket|voucher|pin|"
    r"gp code|ods|practice code|ward clerk ext|nmc(?: pin)?|gmc|acct|a/c|account|ssn|soc(?:ial)?\.? sec(?:urity)?\.?|"
    r"medicare|medicaid|nhs|hicn?|nino|accession|acc|barcode|passport|visa|s/n|sn|dl(?=\s?[:#])|sort code|"
    r"(?:driv(?:er'?s?|ing) )?licen[cs]e|(?:health|insurance|id|ration|green|medical|staff|library|club|loyalty|social security) card|state id|(?:device|unit|pump|pacemaker|generator|lead|implant|valve|analyser|analyzer|meter) serial|serial|"
    r"(?:account|card|acct|mobile|phone|ssn|number) ending(?: in| with)?|last (?:four|4)(?: digits)?(?: of(?: the)? (?:ssn|card|account|phone))?"
)
"""Labels of something that is a number whether or not a `no` follows."""
NOUNS = (
    r"medical record|hosp(?:ital)?|patient|record|chart|file|visit|encounter|episode|admission|attendance|appointment|appt|registration|"
    r"specimen|spec|sample|accession|acc|requisition|req|order|rx|prescription|lab(?:oratory)?|case|tube|slide|block|film|cassette|path(?:ology)?|"
    r"surgical path(?:ology)?|x-?ray|radiology|exam|study|subject|participant|screening|randomi[sz]ation|enrol?lment|site|consent|biobank|"
    r"policy|insurance|insured|payer|payor|member(?:ship)?|subscriber|beneficiary|group|plan|claim|auth(?:ori[sz]ation)?|prior auth(?:ori[sz]ation)?|"
    r"certificate|health(?: card| plan)?|identity|identification|national(?: insurance)?|tax|employee|staff|badge|student|service|"
    r"confirmation|conf|ticket|incident|datix|complaint|invoice|receipt|tracking|referral|booking|reservation|"
    r"unit|blood unit|donor|donation|bag|batch|lot|device|model|pump|pacemaker|implant|implant card|icd|valve|prosthesis|equipment|asset|machine|"
    r"bank|routing|credit card|debit card|bank card|card|vehicle|car|plate|dnr|nhs|chi|unique|master|prior|"
    r"(?:our|your) ref(?:erence)?|ref(?:erence)?|uid|id|unit"
)
"""Labels of things that are also counted, measured or talked about: `order 3 tests`, `group A`, `unit dose 5 mg`."""
NEVER = (
    "total|cells?|platelets?|count|copy|load|page|figure|fig|table|chapter|section|version|model|catalog(?:ue)?|cat|part|grant|trial|nct|icd|loinc|snomed|cpt|"
    "atc|cas|phone|day|week|cycle|dose|stage|grade|line|step|question|item|gene|variant|exon|codon|chromosome|gauge|size|reynolds|atomic|mass|batch size|"
    "white|red|blood cell|absolute|sample size|a|the|of|in|any|this|that|large|small|whole|same|great|what|which|no|and|or|with|for|by|is|was|has|had|there|"
    "zip|post|colou?r|qr|bar|genetic|dress|safe|error|status|billing|procedure|diagnos[ie]s|drg|test|analyte|triage|acuity|priority|ctas|esi|kit|reagent|dpi|hz"
)
"""Words before `number` or `code` that are counts, parts of texts or classes."""
