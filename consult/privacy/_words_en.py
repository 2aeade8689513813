# ruff: noqa: E501 - tables and patterns, which are read as a whole
"""Words of English records: what a capital letter may stand on without naming anybody, and given names."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from consult.privacy._words import COMMON, EPONYMS, words


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Words that our own literature, rules and cases write in small letters: no surname is among them by chance."""
    return words(files("consult.privacy").joinpath("english_words.txt").read_text("ascii"))


STOP: frozenset[str] = words(
    """
    priest chaplain imam rabbi vicar flatmate housemate roommate recipient donor lodger kitchen modified syringe driver family meeting guarantor endoscopist drs reg regs cons spr directive kit a about accepted acute admission admitted advice advised afternoon again age aged agreed alive all also am an and any
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
    syndrome disease sign signs test tests index classification grade grading stage staging rules formula equation manoeuvre maneuver forceps murmur
    waves dystrophy fracture catheter needle procedure operation stain protocol regimen technique ventilator machine
    girlfriend boyfriend examiner coroner coordinator interpreter mon tue wed thu fri sun
    """
)
"""Folded words that end a name, or are none though they begin with a capital letter."""
SURNAMES_TOO: frozenset[str] = words(
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
PARTICLES: frozenset[str] = words(
    "de da di do dos das del della der den van von al el bin ibn binti bint la le st du ter ten y e"
)
"""Small words inside a surname."""
_SYLLABLES = words(
    "wai siu kwok kam yuk ka hoi shuk fung lai wing yee sau pui hing chun kit ming sze yat tsz suet ngai kwan mei hung"
)
"""First parts of Cantonese given names, which are written apart: `Wai Ling`, `Siu Fung`."""
GIVEN_EN: frozenset[str] = words(files("consult.privacy").joinpath("given_names.txt").read_text("ascii")) | _SYLLABLES
"""Given names, folded: two capitalised words the first of which is one of these are a person."""
FAMILY_EN: frozenset[str] = words(files("consult.privacy").joinpath("family_names.txt").read_text("ascii"))
"""Surnames, folded, from all over the English-speaking world; both lists were written for this project."""
_WORDS_TOO = words(
    """
    baker barber farmer carver cotton crook cooper draper fiddler foreman glass holder kettle lodge messenger miller newman painter
    player porter prentice primrose senior shepherd sparrow sparks squires stringer tanner teller thatcher tingle tipping usher
    weaver winters holland price gates strand settle mantle ledger roche bosch mayo coulter houston burns fu max kim una ana jan
    dot ned pip rusty vera venus valentine sky rune trial ocean mercy patience prudence prosper ivy olive basil sandy dusty merle
    gale gail jack bill rob bob sue pat frank miles rich chuck guy art rod cliff glen heath wade reed chase dick barb harry tom
    archer banner beard beadle bellow berry bland bolt booth bowler bracken branch brewer broker buckle bullock burgess butcher
    byte cable candle cannon carter cashman caster champion chandler chaplin clement cockle colt comb constable coward coy crane
    crisp crouch cruise dancer darling dash dolphin dove drake drummer duckling ember fairly falcon fawn ferry finch fletcher flint
    flood flora fodder fowler foxton frost fuller garland garner gilt goat goldsmith good goodly gosling granger gravel grind gully
    gunner hale halo hammer harp harper hawk hazel heather herring hitch hobby honor hooper hopper hurdle hurst india indigo iris
    junior kestrel kitchen kite lance lark latch laurel lavender legend levy lightfoot lily link lister mace magnet mallet mango
    manual marble marina marine marsh mason mast melody merry mercer merchant mia mina mint mona moral moss nation nell nova opal
    organ outlaw page pansy parcel parson pater pavel pearl penny pepper petal petty piper pitch plum poppy prior proctor quick
    quill quince ram ranger raven rattle ray reader reeve rice ridge rip river robin rocket roger roman rook roper rosemary rover
    ruby rush sabin sage sailor salmon sally scarlet scribe scrivener season sexton sharp shearer shell sherry shield silk skipper
    slater sledge sloane snow soda sol solo spark spear speed spicer spiller star stark steel steward stewart-hamilton stiles stock
    stoker storm strang sully summer swain swallow tabor tally tar taylor-wharton temple tess tia tide tiller timber toll topping tranter
    travers trout tucker turner twig vale vane vicar victor vine viola violet wake walker wall waller warden ware warner waters
    webb webster wheel wheeler whistler winch windsor wing winner wolf wren yeoman york zion sim tin ding pong song shah-nama
    sultana khan-market spring spine sterling storey straw street suite tait tam tang tar tare tariff tease tick tithe tor trail
    wai siu kwok kam yuk ka hoi shuk fung wing yee sau pui hing chun kit sze yat tsz suet ngai kwan hung
    paris london chelsea brooklyn austin dallas madison jackson lincoln lancaster durham derby derbyshire bolton bury buxton dover
    hastings huntingdon nottingham oldham preston salisbury stafford sutton wakefield warrington washington wellington winchester
    israel jordan kenya georgia virginia carolina florence sydney victoria adelaide alexandria augusta charlotte columbia geneva
    siena lourdes santiago cordoba valencia sevilla galicia toledo granada roma london-derry leicester kent essex devon surrey
    alba vita luna nova aurora gloria stella maris dora cora nora ria mira mimi momo lola coco kiki gigi yoyo nana baba papa mama
    cheng-ho chi chu chua ho hui ma ng yin yang yip xu wu lu li lin ling lim ming min yan yen yu fu du da do so to no la le an
    bo bu cha che chen-fu den din dong fan fang gan gu ha he hu huan ji jia jin ju kai lai lan lao lei liu long luo mai man mei mu
    nan ni ning ou pan pang pei pin pu qi qin qiu ran ren rong ru sha shan shen shi shu su sun tai tan tao teng tian ting tong
    vi way wei wen xi xia xian xiang xin xing xiong ya ye yi ying yong yuan yue yun zai ze zen zi zong zou zuo
    """
)
"""Names that are words, places or letters besides: never believed alone."""


@lru_cache(maxsize=8192)
def is_ordinary(word: str) -> bool:
    """Whether a folded word, or what it is an inflection of, is one of the language."""
    known = ordinary_words()
    return (
        word in known
        or word in STOP
        or any(word.removesuffix(end) in known for end in ("s", "es", "d", "ed", "ing", "ly", "al", "ic"))
    )


@lru_cache(maxsize=1)
def names_alone() -> frozenset[str]:
    """Names that nothing else is called: believed with a capital wherever they stand."""
    every = GIVEN_EN | FAMILY_EN
    known = ordinary_words()
    return frozenset(
        name
        for name in every - _WORDS_TOO - COMMON - EPONYMS - STOP - PARTICLES
        if len(name) > 2 and name not in known and MEDICAL.fullmatch(name) is None
    )
