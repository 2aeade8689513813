# ruff: noqa: E501 - tables and patterns, which are read as a whole
"""Words of English records: what a capital letter may stand on without naming anybody, and given names."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Words that our own literature, rules and cases write in small letters: no surname is among them by chance."""
    return _words(files("consult.privacy").joinpath("english_words.txt").read_text("ascii"))


STOP: frozenset[str] = _words(
    """
    a about accepted acute admission admitted advice advised afternoon again age aged agreed alive all also am an and any
    appears appt are arrived as asked at attended aware back because been before being below bloods both but by call called
    cannot care case cc clinic clinical complains complaining complained consultant consulted contact could ct date daughter
    day dear deceased declined declines denied denies department dept developed did died diagnosed discharge discharged
    discussed dob doctor does drug due duty ed emergency ent er evening every examined exam explained family father felt for
    found friday friend from further gave general given gp had has have he hello her here hers hi him his history home
    hospital how husband i icu if ii iii in informed is it its itu jan january feb february mar march apr april june jul july
    aug august sep sept september oct october nov november dec december lab laboratory labs last left lives living
    male female man may mdt me medical medicine mg might monday morning mother mr mri mrs ms my myself name night no nok none
    not note noted notes now nurse ob of on or our out patient per phone plan please pm possible presented presents presumably
    previous previously prior pt pts ref referral refused registrar regarding relative reported reports request requested
    result results returned review reviewed ring rings said saturday saw says see seen sent seems service she should sho since
    sister some son speak spoke stable staff started states still sunday surgeon team tel thank thanks that the their them then
    there these they this thursday to today told tomorrow transferred tuesday unit unknown until up ward was we wednesday
    week well were what when where which who whose wife will wishes with woman would year years yes yesterday you your
    attending resident intern fellow physician pharmacist midwife physiotherapist dietitian consultants nurses doctors
    haematology hematology oncology cardiology neurology nephrology renal respiratory pulmonology gastroenterology hepatology
    endocrinology rheumatology dermatology psychiatry radiology pathology microbiology biochemistry chemistry surgery surgical
    orthopaedics orthopedics paediatrics pediatrics obstetrics gynaecology gynecology urology ophthalmology anaesthesia
    anesthesia anaesthetics geriatrics palliative vascular infectious infection immunology transfusion genetics critical
    intensive theatre triage outpatient inpatient outpatients pharmacy bank blood switchboard reception coagulation
    haematologist hematologist oncologist cardiologist neurologist nephrologist radiologist pathologist microbiologist
    biochemist urologist gastroenterologist hepatologist endocrinologist rheumatologist dermatologist psychiatrist geriatrician
    paediatrician pediatrician obstetrician gynaecologist gynecologist anaesthetist anesthetist surgeon paramedic ambulance
    social worker services community district specialist practitioner technician scientist biomedical phlebotomist secretary
    neighbour neighbor partner brother aunt uncle cousin niece nephew grandmother grandfather grandson granddaughter carer
    mum mom dad guardian spouse parents parent child children baby infant twin siblings sibling
    type diabetes hypertension cancer stroke asthma copd cad mi tb hiv gerd ckd af dvt pe uti
    none nil nkda normal negative positive pending unremarkable alert oriented afebrile febrile comfortable well unwell ok okay
    mild moderate severe chronic recurrent known new old young elderly
    english spanish french mandarin cantonese polish arabic urdu hindi punjabi chinese african asian caucasian hispanic white
    christian muslim jewish hindu sikh british american indian
    hb hgb wbc rbc plt mcv crp esr inr aptt pt na k cl bun cr alt ast alp ldh tsh hba1c psa bnp ck egfr ecg ekg cxr echo abg
    serum plasma urine csf sodium potassium creatinine urea glucose calcium albumin bilirubin haemoglobin hemoglobin platelets
    ferritin troponin lactate magnesium phosphate
    sirs sepsis pneumonia anaemia anemia leukaemia leukemia lymphoma myeloma thrombocytopenia neutropenia
    warfarin heparin aspirin insulin metformin amoxicillin penicillin
    happy worried anxious concerned confused tired sorry
    re fw tx rx dx hx sx fu follow following impression assessment summary conclusion comment findings
    dr prof professor miss mx sir rev
    once twice daily only very too more most less other another each either neither
    if thanks many kind best warm yours sincerely faithfully regards
    safety med lab cea quality score scale criteria
    herr frau mme mlle senor senora signor
    married single divorced widowed retired unemployed smoker rh-negative rh-positive africa asia europe america china india
    pakistan bangladesh nigeria kenya uk usa us england scotland wales ireland france germany italy spain mexico brazil vietnam
    thailand philippines japan korea turkey egypt iran iraq russia ukraine poland romania canada australia
    time contacts contacted telephoned paged bleeped emailed texted
    """
)
"""Folded words that end a name, or are none though they begin with a capital letter."""
SURNAMES_TOO: frozenset[str] = _words(
    "young white black may day ward close english french christian best old new low last back brown green gray "
    "sharp long short"
)
"""Words of `STOP` and others that are a surname behind a given name."""
MEDICAL = re.compile(
    r".{2,}(?:itis|osis|oses|a?emia|[^aeou]oma|pathy|pathies|tension|ology|ologist|iasis|ectomy|ostomy|"
    r"scopy|graphy|gram|"
    r"cillin|mycin|cycline|statin|prazole|sartan|olol|azole|mab|tinib|vir|parin|xaban|dipine|uria|algia|plegia|"
    r"penia|philia|cytosis|plasia|trophy|toxicity|insufficiency|deficiency|sthenia|phagia|pnoea|pnea|rrhea|rrhoea)"
)
"""Endings of diseases, drugs and procedures."""
PARTICLES: frozenset[str] = _words(
    "de da di do dos das del della der den van von al el bin ibn binti bint la le st du ter ten y e"
)
"""Small words inside a surname."""
GIVEN_EN: frozenset[str] = _words(
    """
    james john robert michael david richard joseph thomas charles christopher daniel matthew anthony donald steven
    paul andrew joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob gary nicholas eric jonathan
    stephen larry justin scott brandon benjamin samuel gregory alexander patrick jack dennis jerry tyler aaron jose
    adam nathan henry douglas zachary peter kyle ethan walter noah jeremy christian keith roger terry austin sean gerald carl
    harold dylan arthur lawrence jordan jesse bryan billy bruce gabriel joe logan alan juan albert willie elijah wayne randy
    vincent mason roy ralph bobby russell bradley philip eugene mary patricia jennifer linda elizabeth barbara susan
    jessica sarah karen lisa nancy betty sandra margaret ashley kimberly emily donna michelle carol amanda melissa deborah
    stephanie rebecca laura sharon cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen samantha katherine
    christine debra rachel carolyn janet catherine maria heather diane ruth julie olivia joyce virginia victoria kelly lauren
    christina joan evelyn judith megan andrea cheryl hannah jacqueline martha gloria teresa ann sara madison frances kathryn
    janice jean abigail alice julia judy sophia denise amber doris marilyn danielle beverly isabella theresa diana natalie
    brittany charlotte marie kayla alexis lori oliver harry leo archie oscar freddie theo alfie charlie finley lucas edward
    isla ava mia amelia lily freya ella poppy sophie chloe florence ivy matilda daisy evie imogen harriet jane claire fiona
    louise alison gillian hilary nigel graham trevor clive derek geoffrey malcolm colin ian neil stuart simon martin barry
    mohammed muhammad mohamed ahmed ali omar hassan hussein ibrahim yusuf fatima aisha khadija zainab maryam amina layla noor
    raj rajesh priya anil sunil sanjay vijay amit deepak ravi suresh ramesh anita sunita lakshmi kavita pooja neha arjun rohan
    wei ming jing hong xin yan mei ling hui juan fang min chen
    carlos luis jorge miguel pedro pablo javier diego fernando rafael manuel alejandro carmen ana rosa isabel lucia elena
    hans klaus jurgen wolfgang stefan andreas katrin heike ingrid sven lars erik bjorn astrid greta giovanni marco luca paolo
    giulia francesca chiara pierre michel jacques jean luc camille juliette francois nicolas ivan dmitri sergei olga natasha
    svetlana tatiana piotr krzysztof agnieszka katarzyna malgorzata pawel tomasz andrzej chinedu oluwaseun ngozi adaeze kwame
    abena thandi sipho themba haruto yuki sakura kenji akira jisoo minjun nguyen
    """
)
"""Given names, folded: two capitalised words the first of which is one of these are a person."""
