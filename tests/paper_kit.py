"""A consultation with everything that a record on paper has to show, and a certificate authority of our own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from consult.case import Case, Entry, Identity, IdentityTerm, Observation, Patient, Report, Reported
from consult.clinic import Finding
from consult.plan import (
    Alert,
    CareItem,
    Citation,
    Conflict,
    Missing,
    Opinion,
    OpinionProblem,
    OpinionRecommendation,
    Plan,
    Position,
    Problem,
    Recommendation,
    Statement,
    Task,
    Unavailable,
    Verification,
)
from consult.review import Provenance, Usage

PASSWORD = "correct horse battery"
HISTORY = "[name-1]，女，67岁，乏力、腰痛3月。家属\U00020bb7田（Łódź）陪同；Hb 10⁹/L、CO₂、☐未签。"
IDENTITY = Identity(
    name="欧阳慕云",
    birth_date="1959-03-07",
    identifiers=["ZY-0871", "110101195903072826"],
    location="血液内科 12室 03床",
    department="血液内科",
    terms=[IdentityTerm(kind="name", text="欧阳慕云")],
)
DECISIONS: list[dict[str, str]] = [
    {"item": "A1", "decision": "acknowledge", "text": "09:31电话通知5病区值班护士，已复述"},
    {"item": "P1", "decision": "accept"},
    {"item": "P2", "decision": "reject", "reason": "骨髓检查已排除"},
    {"item": "R1", "decision": "edit", "text": "明晨复查血钙，由主管医师决定", "reason": "患者今日外出检查"},
    {"item": "R2", "decision": "reject", "reason": "急诊已完成"},
]


def make_case(results: int = 3) -> Case:
    """`results` results, every third of them out of range."""
    return Case(
        id="case-paper",
        patient=Patient(sex="female", age_years=67),
        questions=["肾功能为何恶化？"],
        history=HISTORY,
        observations=[_result(number) for number in range(1, results + 1)],
        reports=[Report(fact="F900", title="腰椎MRI", text="L1椎体压缩。\n请结合临床。", effective="2026-11-18")],
        medications=[Entry(fact="F901", name="布洛芬")],
        identity=IDENTITY,
    )


def _result(number: int) -> Observation:
    high = number % 3 == 1
    return Observation(
        fact=f"F{number}", name=f"钙{number}", value="3.64" if high else "2.30", value_type="quantity", unit="mmol/L",
        reported=Reported(value="3.64" if high else "2.30", unit="mmol/L", range="2.11-2.52"),
        flag="HH" if high else "N", effective="2026-11-20T08:10:00+08:00", order="生化", status="final",
    )  # fmt: skip


def make_draft() -> dict[str, Any]:
    """What a panel of models and rules would have left, in Chinese."""
    danger = Statement(text="总钙3.64 mmol/L，达到危急值上限。", facts=["F1"], author="engine")
    rule = Statement(text="高钙可致肾损害。", facts=["F1"], passages=["mye-2023#crab@zh"], author="hematology")
    model = Statement(
        text="轻链比值升高。",
        facts=["F2"],
        author="hematology",
        by="hema-7b",
        supported=False,
        problem="未引用任何依据",
    )
    held = [
        Position(specialty="hematology", stance="likely", reason="M蛋白升高。", facts=["F2"], by="hema-7b"),
        Position(specialty="laboratory", stance="unlikely", reason="标本溶血。", before="possible"),
    ]
    return {
        "findings": [
            Finding(id="N1", kind="critical", severity="red", facts=["F1"], source="LAB01", says=danger.text)
        ],
        "tasks": [Task(id="T1", specialty="hematology", question="首先排除什么？", facts=["F1"])],
        "opinions": [_opinion(rule), Opinion(specialty="laboratory", reasoner="rules"), _absent()],
        "plan": Plan(
            language="zh",
            engine="hema-7b",
            specialties={"hematology": "血液科", "laboratory": "检验科", "respiratory": "呼吸科"},
            alerts=[
                Alert(id="A1", finding="N1", statement=danger, cautions=["标本可能溶血"], source="LAB01")
            ],
            problems=[
                Problem(
                    id="P1", concept="multiple-myeloma", name="多发性骨髓瘤", likelihood="possible", severity="high",
                    statements=[rule, model], said_by=["hematology"], dissent=[held[1]], findings=["N1"],
                    care=[CareItem(kind="monitoring", statement=rule)], draft_knowledge=True,
                ),
                Problem(
                    id="P2", concept="amyloidosis", name="淀粉样变性", likelihood="possible", severity="standard",
                    statements=[model], said_by=["hematology"], below_the_line=True,
                ),
            ],
            recommendations=[_recommendation("R1", rule), _recommendation("R2", rule)],
            missing=[Missing(what="ldh", name="乳酸脱氢酶", text="缺少乳酸脱氢酶。", decides=[], asked_by=[])],
            conflicts=[
                Conflict(kind="likelihood", concept="multiple-myeloma", name="多发性骨髓瘤", positions=held)
            ],
            citations=[_citation("crab", "终末器官损害"), _citation("free-light-chains", "游离轻链")],
            gaps=[Unavailable(specialty="respiratory", reason="timeout")],
            warnings=["有1条表述未得到病例或文献支持，已标出。"],
        ),
        "verification": Verification(checked=7, unsupported=["P1/2"]),
        "usage": Usage(seconds="0.042"),
        "provenance": Provenance(version="0.1.0", content_hash="sha256:ab12"),
    }  # fmt: skip


def _opinion(said: Statement) -> Opinion:
    return Opinion(
        specialty="hematology",
        reasoner="hema-7b",
        problems=[
            OpinionProblem(concept="multiple-myeloma", likelihood="possible", severity="high", statements=[said])
        ],
        recommendations=[OpinionRecommendation(kind="test", concept="serum-calcium", statement=said)],
    )


def _absent() -> Opinion:
    return Opinion(specialty="respiratory", status="unavailable", reasoner="rules", reason="timeout")


def _recommendation(id: str, said: Statement) -> Recommendation:
    return Recommendation(
        id=id, kind="test", concept=f"test-{id}", name=f"复查血钙{id}", urgency="same-day", statement=said,
        why=["P1", "P2"], said_by=["hematology"],
    )  # fmt: skip


def _citation(section: str, title: str) -> Citation:
    return Citation(
        passage=f"mye-2023#{section}@zh", guideline="mye-2023", organisation="示例学会", title="骨髓瘤指南", year=2023,
        reference="doi:10.1000/x", section=title, text="…", corpus="hematology", superseded_by=["mye-2026"],
    )  # fmt: skip


# -- certificates --------------------------------------------------------------------------------------------------


@dataclass
class Authority:
    """A certificate authority that lives as long as a test."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    certificate: x509.Certificate = field(init=False)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.certificate = self._sign("示例CA", self.key, days=900, authority=True)

    def issue(self, name: str, *, days: int = 30, usage: str = "sign") -> tuple[Any, x509.Certificate]:
        """A key and its certificate; `usage` is `sign`, `encrypt` or `stamp`."""
        # pyHanko's own time-stamp authority signs with RSA alone.
        key = rsa.generate_private_key(65537, 2048) if usage == "stamp" else ec.generate_private_key(ec.SECP256R1())
        return key, self._sign(name, key, days=days, usage=usage)

    def pkcs12(self, path: Path, name: str, *, password: str | None = PASSWORD, **more: Any) -> Path:
        """A key file with the whole chain."""
        key, certificate = self.issue(name, **more)
        hidden = NoEncryption() if password is None else BestAvailableEncryption(password.encode())
        path.write_bytes(pkcs12.serialize_key_and_certificates(b"key", key, certificate, [self.certificate], hidden))
        return path

    def _sign(
        self, name: str, key: Any, *, days: int, authority: bool = False, usage: str = "sign"
    ) -> x509.Certificate:
        signs = usage != "encrypt" and not authority
        named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = named if authority else self.certificate.subject
        flags = [signs, signs, usage == "encrypt", False, False, authority, authority, False, False]
        made = (
            x509.CertificateBuilder()
            .subject_name(named)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(days=100))
            .not_valid_after(self.now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(*flags), critical=True)
        )
        if usage == "stamp":
            made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return made.sign(self.key, hashes.SHA256())
