# ruff: noqa: E501 - tables and patterns, which are read as a whole
"""Words that are names and something else as well: a patient called White must not cost the text its white cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files


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

_DOUBLES = words(
    """
    bence-jones epstein-barr von-willebrand howell-jolly reed-sternberg guillain-barre budd-chiari lambert-eaton child-pugh henoch-schonlein
    churg-strauss charcot-leyden cheyne-stokes stevens-johnson zollinger-ellison mallory-weiss peutz-jeghers non-hodgkin swan-ganz may-hegglin
    may-grunwald wright-giemsa dubin-johnson ehlers-danlos hermansky-pudlak bernard-soulier diamond-blackfan chediak-higashi wiskott-aldrich
    plummer-vinson creutzfeldt-jakob lloyd-davies cormack-lehane fugl-meyer austin-flint austin-moore marcus-gunn graham-steell carey-coombs
    argyll-robertson braxton-hicks ramsay-hunt neville-barnes haig-ferguson burns-marshall brandt-andrews spencer-wells rutherford-morison
    judd-allis jackson-pratt jackson-rees smith-petersen watson-jones st-jude starr-edwards blalock-taussig damus-kaye holt-oram
    may-thurner paget-schroetter klippel-trenaunay parkes-weber mayo-robson mifflin-st harris-benedict ivor-lewis miller-abbott grey-turner
    milligan-morgan anderson-hynes fowler-stephens meyer-weigert baden-walker wong-baker montgomery-asberg bush-francis myers-briggs
    cotton-myer boyle-davis house-brackmann lund-mackay lund-browder jobson-horne dix-hallpike collins-treacher treacher-collins pierre-robin
    silver-russell russell-silver beckwith-wiedemann smith-lemli prader-willi dandy-walker arnold-chiari sturge-weber von-hippel miller-fisher
    ross-konno foster-kennedy hunt-hess charles-bonnet wolf-hirschhorn tay-sachs lesch-nyhan klippel-feil landau-kleffner lennox-gastaut
    salter-harris hill-sachs osgood-schlatter essex-lopresti young-burgess
    weaver-dunn harris-hip constant-murley hawkins-kennedy parks-bielschowsky posner-schlossman keith-wagener fuchs-heterochromic best-vitelliform
    paul-bunnell mueller-hinton todd-hewitt robertson-cooked cary-blair kirby-bauer thayer-martin wilson-blair bland-altman mann-whitney
    fisher-paykel kaplan-meier hosmer-lemeshow levey-jennings cockcroft-gault lee-white donath-landsteiner smith-magenis roper-logan
    florence-nightingale becton-dickinson beckman-coulter johnson-johnson smith-nephew welch-allyn fresenius-kabi philips-respironics
    roche-cobas abbott-alinity abbott-freestyle lowenstein-jensen harvey-bradshaw lund-and-browder los-angeles
    gilles-de-la-tourette charcot-marie-tooth brown-sequard
    """
)
EPONYMS: frozenset[str] = words(files("consult.privacy").joinpath("eponyms.txt").read_text("ascii")) | _DOUBLES
"""Whom diseases, signs and stains are named after, and what makers call their drugs and devices; a list of our own."""
_BESIDE = words(
    """
    abbott adams adson albright alcock alexander allen allis anderson arnold austin babcock baden bain balint bancroft barlow barnes bartlett
    barton bass battle bauer becker beckwith bennett berry bethesda bickerstaff bing bird bishop bjork blair blake bland bloom
    bolton bonney boyd boyle bradford bradshaw brandt braun bristow broadbent brooke browne bruce bruns brown bryant buck burch burgess
    caldwell calvert cameron campbell carey cary castaneda chamberlain chance chandler clark clarke cobb cogan cohen cole coleman colles collis
    colton cooper cope copeland cotton cox craig crawford crowe curling curtis dalton dandy daniel david davis delong denham denis
    dick diego douglas doyle drummond duke dukes dunn durham dutcher eagle edwards ellis ellsworth emery epstein ferguson
    fischer fisk fogarty forbes foster fothergill fournier fowler fox francis frank franklin frazier friedman gallagher galbraith garland garth
    gibson gillies glenn goldberg gomez gordon gower gowers graf greenfield griffith grover guerin haas hakim haller halstead hampton hancock
    hansen hanlon hardinge hardy harrington harris hart harvey hastings hawkins heath henderson henry herbert hess hickman hill hodge hodges hogg
    holmes holt hoover hopkins horton houston hughes humphrey hunt hunter hurley hutchinson hynes irvine jackson jacobs jacobson james jefferson
    jennings jewett jobe johnson jones katz keller kelly kennedy kenny kirby klein koch kramer krause kuhn ladd lane lang lange
    larsen lawton leadbetter leigh leopold lewis lister lloyd lockwood louis ludwig lund lyon macintosh mackay maddox malone mann manning marcus marie
    marshall martin mason matthew maurer mayer mccall mcdonald mcgrath mckeown mead merchant meyer michel miles miller milligan mitchell mohs montgomery moon
    moore morris morrison morse mott mueller muir muller munro myer nelson neville newman nielsen noble norton norwood nunn
    ogilvie oliver osborn page palmer parker parks parkes patrick paul pearson pemberton perkins peters pfeiffer pierce piper platt pomeroy potter potts pratt
    rasmussen raymond read rees regan reid reynolds rhodes rich riley roberts robertson robin robinson roger rolando rose rosenberg rosenthal ross
    rowe rubin russell rutherford sanders schaefer schiller schmidt schneider schofield seidel seymour shapiro sharp shaw shepherd sherman
    silver simmonds simon sims slater smith spencer stanford starr steele stein stephens stern stewart stone strauss swan swanson taylor terry thomas
    thompson todd tucker vincent vogt waddell wada wagner wallace ward warren waters watson weaver webster weiss werner west whitney wickham williams
    wolff wolfram wong wood woods york young
    """
)
"""Surnames that are a disease or a sign only beside what it is: `Jones criteria`, `Wood's lamp`."""
_EVERY = EPONYMS | _BESIDE
_NOUNS = (
    "syndromes?|criteria|criterion|signs?|phenomenon|triad|tetrad|pentad|law|angina|classification|esophagus|oesophagus|an[a]?emia|chorea|palsy|anomaly|"
    "waves?|murmurs?|rules?|forceps|man(?:oeuvre|euver)s?|staging|dystroph(?:y|ies)|cards?|fractures?|hernias?|retractors?|clamps?|scissors|method|formula|equation|"
    "reflex|ligament|fascia|lamp|speculum|agar|medium|broth|hemiarthroplasty|mnemonic|gangrene|contracture|staining|stain|sarcoma|lymphoma|bodies|body"
)
"""What is called after somebody and belongs to nobody."""
_OWN = (
    "diseases?|tests?|chromosome|positive|negative|antiglobulin|scores?|scales?|ind(?:ex|ices)|stains|tumou?rs?|proteins?|nodules?|ulcers?|class|rods?|"
    "macroglobulin[a]?emia|thyroiditis|breathing|respiration|lines?|cells?|nephropathy|arteritis|purpura|deformity|stages?|grad(?:e|ing)|charts?|dislocation|needles?|"
    "blades?|catheters?|tubes?|cannulae?|valves?|procedure|operation|incision|sutures?|approach|technique|curves?|plot|reflexes|pupils?|rings?|nodes?|spots?|plaques?|"
    "points?|fossa|duct|glands?|canal|pouch|plexus|ganglion|membrane|lesions?|antigens?|antibod(?:y|ies)|virus|bacillus|reaction|disk|loop|angle|view|nails?|plates?|"
    "wires?|pins?|screws?|splint|frame|collar|brace|traction|prosthes[ie]s|patch|shunt|stents?|balloon|filter|drain|dressings?|bandages?|airway|mask|pump|protocol|"
    "regimen?|circuit|exercises?|palpation|sequence|melanoma|cyst|diverticul(?:um|a|itis)|struma|goitre|goiter|encephalopathy|ataxia|aphasia|psychosis|epilepsy|dementia|"
    "questionnaire|inventory|first[- ]rank|ratio|coefficient|regression|correction|paralysis|neuralgia|neuroma"
)
"""What patients have as well."""
_FIXED = (
    "|".join(one.replace("-", "[ -]") for one in sorted(_DOUBLES, key=len, reverse=True))
    + "|wolff[ -]parkinson[ -]white|philadelphia (?:chromosome|positive|negative)|philadelphia-|direct coombs|indirect coombs|"
    r"pouch of douglas|bundle of his|angle of louis|circle of willis|canal of schlemm|ligament of treitz|st\.? john'?s wort|"
    "heinz bod|ann arbor|rai stag|binet stag|duke criteria|duke activity|light-chain|light'?s criteria"
)
_WHOLE = re.compile(rf"(?<![a-z])(?:{_FIXED})(?![a-z])")
_BEFORE_NOUN = re.compile(rf"(?<![a-z])([a-z]+(?:-[a-z]+)*?)(?:'?s|s?')?[ -](?:{_NOUNS}|(?P<own>{_OWN}))(?![a-z])")


def eponyms(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Diseases and tests named after people in a part of a folded text; a part of a name inside one is not the patient's."""
    yield from (match.span() for match in _WHOLE.finditer(text, max(0, start), end))
    yield from (match.span() for match in _BEFORE_NOUN.finditer(text, max(0, start), end) if _is_eponym(match))


def begins_eponym(text: str) -> bool:
    """Whether a folded text begins with a disease or a test named after somebody."""
    match = _BEFORE_NOUN.match(text)
    return (match is not None and _is_eponym(match)) or _WHOLE.match(text) is not None


def _is_eponym(match: re.Match[str]) -> bool:
    known = EPONYMS if match["own"] else _EVERY
    return not known.isdisjoint(match[1].split("-"))


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
