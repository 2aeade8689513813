# ruff: noqa: E501 - tables and patterns, which are read as a whole
"""Words that are names and something else as well: a patient called White must not cost the text its white cells."""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """The words of a table."""
    return frozenset(text.split())


COMMON: frozenset[str] = words(
    """
    able abu acute adult age air alert alpha amber angel april arch area arm art ash aspirin august autumn baby back
    bacon bad ball bank banks bar base bay beach bean bell ben berry best beta big bill bin bird bishop black blind
    block blood bloom blue body bold bond bone bones book bow bowl box boy brain branch brand bread breast bright
    broad brook brown brush buck bull bunch bush butcher butler cage cane cannon card care carp carpenter case cash
    cast castle cell cells center central chain chair chance chart chase cherry chest child christian church city
    clay clean clear cliff clinic clinical close cloud coal coat cold colon constant cook cool copper cord corn
    count cow cream crisp cross crown current curry cut daily daisy dal dark das date dawn day days dean dear death
    deep del delta den der des diamond dish doctor dos dose down drain draw drew drink drop drug drum dry duke dull
    dust duty earl early east echo edge elder eve even ever eye eyes face faint fair faith fall fast fat father feet
    fell female fever field fields fine finger fire first fish fit flank flat flood floor flora flower flowers fluid
    fly folate foot ford forest fort forward fox frank free freeze french fresh frost full gain gamma gay gene
    general gold golden good grace grain grand grant grave gray great green grey grip groin gross ground group guest
    gum gut guy hair hall ham hand hands hard harder hardy hare harm hay head heal health heard heart heat heavy
    height help high hill hip history hold hole holiday home hood hook hope horn hospital host hot hour house hunt
    hunter ibn ice ill inch index infant iris iron ivory ivy jade jaw jewel joint joy judge july jump june just keen
    key kidney kind king knee knight lab laboratory lake lamb lamp land lane large las last late law lead leaf lean
    leg lemon lens les less level limb line lip list little live liver loan lobe lock long loop los loss love low
    lower lump lung lungs mac main major male man march mark marks marrow mars marsh mass may meal medical mercy
    middle mild miles milk mill mills mine minor mint moles moon more moss mother mouth much nail narrow neck needle
    nerve never new newborn night noble none norm normal north nose nurse oak oral orange organ otter page pain pale
    palm panel park parks part pass past patch patient peace peak pearl penny pepper pet pike pill pine pink pit
    place plain plasma plate platelet point poison pole pond pool poor pope porter post pot power powers pride
    priest prime prince prior pro probe pulse pure quick race rain ramp rash rate raw ray read red reed rest result
    rice rich right ring rise river rivers road rock rod rods root rose rough round row ruby rush rust sad saddle
    safe sage saint salt same sample san sand santa scales seal season sharp sheet shell shock short shot show sick
    side sign silver singer single skin sleep slim slow small smart smear smoke snow soft sole son south spear spine
    spot spring stable staff star stem stern still stone stool stork storm strain stroke strong style sugar summer
    she song min can men fan pan ran hang tan man lan gang gun sang pen ping tong bang fang hen nan rang he me we
    sun sur swan sweet swift system tail tall taper target teal tear temple test thick thin throat thumb tissue toe
    tone tongue top total touch town trace tract tube turn twin under upper urge urine valve van vein vial viral
    virgin von wall ward warm wart wash waste water waters wave way weak week weeks weight well west wheat white
    whole wide wild will wind winter wise wolf wood woods word work worth wound wrist yellow young zinc
    """
)
"""Folded words that are replaced only beside another part of the name, or after a title."""

EPONYMS: frozenset[str] = words(
    """
    addison alport alzheimer asperger auer babinski barrett bartter basedow behcet bell berger bernard biot bowen
    bright bruton budd buerger burkitt burton binet caplan carney caroli castleman charcot chediak child christmas churg
    conn cooley coombs cori crohn cullen cushing down dressler dubin duchenne eaton ebstein ehlers evans fabry fallot
    fanconi felty fisher gardner gaucher gilbert gitelman glanzmann glasgow goodpasture gram graves guillain hamman
    hashimoto heinz henoch hirschsprung hodgkin homans horner howell huntington jolly kaposi kartagener kawasaki
    kerley klinefelter korsakoff kussmaul lambert leriche lewy libman liddle light loffler lynch mallory marfan may
    meckel meigs menetrier meniere mirizzi murphy noonan paget parkinson peutz pick plummer pott pugh ranson raynaud
    reed reiter reye richter rotor sanger scheuermann schilling sezary sheehan sjogren starling stevens still stills
    stokes sweet takayasu turner virchow waldenstrom wallenberg waterhouse wegener weil wells wernicke whipple wilms
    wilson wright zenker zollinger babinski tanner wilms legg calve perthes quervain prehn minnesota wisconsin glanzmann
    pel barr willebrand mollaret sjogren kikuchi rosai dorfman erdheim chester langerhans birbeck dohle pelger huet gram giemsa
    pappenheimer westergren ziehl neelsen papanicolaou jenner leishman sudan perls schiff maxwell sternberg bence lewis
    rankin ashworth bobath berg baker dalton apley lachman mcmurray trendelenburg tinel phalen finkelstein ochsner rovsing mcburney kernig brudzinski carnett
    courvoisier kehr levine osler janeway roth beck corrigan musset quincke duroziez gallavardin austin flint steell carey ewart
    tietze prinzmetal wenckebach mobitz brugada sgarbossa wellens purkinje bachmann mahaim bainbridge blalock taussig fontan
    norwood rastelli bentall nissen heller billroth hartmann roux kocher pringle lichtenstein shouldice bassini seldinger doppler
    holter borg karnofsky charlson blatchford rockall forrest savary balthazar hinchey imrie truelove apgar ballard dubowitz
    silverman moro galant hoffmann romberg weber rinne schwabach hallpike epley snellen ishihara jaeger amsler goldmann schirmer
    marcus gunn argyll robertson adie ramsay guyon dupuytren peyronie colles barton bennett boxer lisfranc salter gartland
    lloyd-davies cormack-lehane cormack lehane mallampati fontaine pfannenstiel trendelenburg alvarado braden tinetti brunnstrom barthel bobath fugl-meyer
    bair yankauer sengstaken guedel redivac penrose kocher debakey deaver balfour langenbeck mcgill magill
    monteggia galeazzi maisonneuve jefferson bankart osgood schlatter sever kienbock freiberg kohler schmorl cobb risser ewing
    codman looser brodie morton haglund jaffe friedewald cockcroft gault schwartz levey westgard biuret bradford benedict fehling
    ehrlich kleihauer betke kell duffy kidd lutheran diego mcleod landsteiner romanowsky grocott gomori masson alcian southern
    sanger braxton hicks clavien dindo durie sokal hasford deauville virchow morgan hamilton tourette rett angelman prader willi
    edwards patau dandy walker arnold chiari bourneville sturge hippel lindau hirano pick creutzfeldt jakob huntington friedreich
    dejerine klumpke erb horner sydenham tourette todd bayes kaplan meier cox wilcoxon mann whitney fisher student pearson spearman
    youden hosmer lemeshow trousseau chvostek koplik forchheimer nikolsky auspitz koebner gottron heliotrope heberden bouchard
    schober faber fabere patrick schamroth terry muehrcke mees lindsay plummer roth argyll cheyne biot kussmaul hering breuer haldane
    bohr starling frank laplace poiseuille bernoulli fick henderson hasselbalch winter stewart bunsen donnan nernst goldman
    monro kellie cushing westphal edinger wallerian schwann ranvier nissl golgi bowman henle malpighi peyer brunner lieberkuhn
    kupffer disse hartnup alport liddle gordon bardet biedl laurence moon joubert jeune lowe dent fraley nutcracker
    hunter hurler scheie sanfilippo morquio maroteaux lamy sly pompe cori mcardle tarui hers forbes andersen krabbe tay sachs
    niemann sandhoff farber wolman batten refsum leigh leber kearns sayre barth menkes zellweger
    simpson teichholz devine gleason fuhrman breslow clark bloom richardson elston willis troisier hasson fitz meigs sipple wermer carney cowden gardner turcot muir torre birt hogg dube fraumeni bannayan riley ruvalcaba
    """
)
"""Whom diseases, signs and stains are named after."""
_NOUNS = (
    "disease|syndrome|criteria|test|chromosome|positive|negative|antiglobulin|sign|score|scale|criteria|criterion|index|test|stain|body|bodies|lymphoma|sarcoma|tumou?r|"
    "phenomenon|an[a]?emia|protein|nodule|nodules|ulcer|palsy|triad|law|angina|class|esophagus|oesophagus|rods?|"
    "macroglobulin[a]?emia|thyroiditis|breathing|respiration|lines?|cells?|nephropathy|arteritis|chorea|purpura|anomaly"
)
_FIXED = (
    "bence[ -]jones|epstein[ -]barr|von willebrand|howell[ -]jolly|reed[ -]sternberg|guillain[ -]barre|"
    "budd[ -]chiari|lambert[ -]eaton|child[ -]pugh|henoch[ -]schonlein|churg[ -]strauss|"
    "charcot[ -]leyden|cheyne[ -]stokes|stevens[ -]johnson|zollinger[ -]ellison|mallory[ -]weiss|"
    "peutz[ -]jeghers|non[ -]hodgkin|swan[ -]ganz|may[ -]hegglin|may[ -]grunwald|wright[ -]giemsa|"
    "dubin[ -]johnson|ehlers[ -]danlos|hermansky[ -]pudlak|wolff[ -]parkinson[ -]white|"
    "bernard[ -]soulier|diamond[ -]blackfan|chediak[ -]higashi|wiskott[ -]aldrich|plummer[ -]vinson|"
    "creutzfeldt[ -]jakob|philadelphia (?:chromosome|positive|negative)|philadelphia-|direct coombs|indirect coombs|"
    r"pouch of douglas|bundle of his|angle of louis|circle of willis|canal of schlemm|ligament of treitz|st\.? john'?s wort|"
    "heinz bod|ann arbor|rai stag|binet stag|duke criteria|duke activity|light-chain|light'?s criteria"
)
EPONYM = re.compile(rf"(?<![a-z])(?:{_FIXED}|(?:{'|'.join(sorted(EPONYMS))})(?:'?s|s')?[ -](?:{_NOUNS}))(?![a-z])")
"""Diseases and tests named after people; a single part of a name inside one is not the patient's."""

TITLE = re.compile(
    r"(?<![a-z])(?:mr|mrs|ms|miss|mx|dr|prof|professor|doctor|sir|madam|lady|lord|herr|frau|mme|mlle)[.\s]{1,2}\Z"
)
"""What stands before a name; at the end of the text before it."""

HONORIFICS: frozenset[str] = words(
    """
    mr mrs ms miss mx dr prof professor doctor md phd do rn np pa jr sr ii iii iv esq sir madam
    """
)
"""Parts of a name as sent that do not name anybody."""

COMMON_ZH: frozenset[str] = words(
    """
    健康 平安 安康 和平 建康 长期 正常 医院 检验 检验科 急诊 急诊科 内科 外科 儿科 妇科 呼吸科 血液科 门诊 住院 病房
    化验室 实验室 中心 患者 病人 先生 女士 本人 无名 不详 未知
    """
)
"""Given names and departments that are ordinary words of a record."""

TITLES_ZH = (
    "先生|女士|小姐|太太|夫人|同志|老师|医生|医师|大夫|主任|教授|护士|阿姨|叔叔|"
    "老先生|老太太|老师傅|奶奶|爷爷|大爷|大妈|大叔|大娘|老太|老人|某|[x*×]"
)
"""What follows a Chinese surname that stands for the person."""

ORDINARY_ZH: frozenset[str] = words(
    """
    高峰 高原 高远 黄金 白雪 安静 安康 平安 康复 程度 金黄 方向 明显 常规 文化 张力 时光 温和 和平 万古 成功 成长 向阳 关键 明亮 严重 全面
    金星 石英 白云 白杨 杨梅 牛黄 马达 江山 江南 海洋 青春 武力 周全 周密 于今 余下 单一 双全 平静 安定 强壮 易感 应激 阳光 水平 温度
    """
)
"""Names of two characters that are words of a record: believed only where somebody is spoken of."""

ABBREVIATIONS: frozenset[str] = words(
    """
    am pm iv im sc po pr bd od qd hs ac pc eg ie ct mr mri us xr pt dr na ca mg cl hb bp hr rr tb af mi pe dm ra rv lv ra la ed er gp
    or an as at be by do go he if in is it me my no of on so to up us we cr bun ph cd ck ig ml dl kg cm mm wk yo sd se fh pm sh ph mh
    """
)
"""Two letters that are not taken for initials, whoever's they may be."""
