"""Who and what made the document, what happened to it, and the signature: Device, AuditEvent, Provenance."""

from __future__ import annotations

import base64
import json

from consult.interop.fhir._write import Resource, coding, concept, identifier, pruned, reference, references
from consult.review._canonical import canonical
from consult.review._consultation import AuditEntry, Signature
from consult.review._fhir_sheet import EVENT, Sheet, Signer
from consult.review._labels import generated_label
from consult.review._signing import export_json, sealed_audit

_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_SIGNATURE = "urn:iso-astm:E1762-95:2013"
_VERIFICATION = "1.2.840.10065.1.12.1.5"
"""Verification signature: somebody verified what another, here a machine, has written."""
_ACTIONS = {"created": "C", "drafted": "C"}
_DOCUMENT = "application/json"


def machine_device(sheet: Sheet) -> str:
    """The Device that drafted the plan: this software, and the models that it asked."""
    provenance = sheet.consultation.provenance
    names = [{"name": "consult", "type": "model-name"}]
    if sheet.plan.engine != "rules":
        names.append({"name": sheet.plan.engine, "type": "other"})
    versions = {"software": provenance.version, "content": provenance.content_hash}
    resource = {
        "resourceType": "Device",
        "status": "active",
        "deviceName": names,
        "type": concept(sheet.engine),
        "version": [{"type": concept(kind), "value": value} for kind, value in versions.items() if value],
        "note": [{"text": generated_label(sheet.plan) or sheet.made}],
    }
    return sheet.add(resource, "device")


def audit_events(sheet: Sheet) -> list[str]:
    """One AuditEvent for each entry of the log that the signatures vouch for."""
    return [_event(sheet, one) for one in sealed_audit(sheet.consultation.audit)]


def _event(sheet: Sheet, one: AuditEntry) -> str:
    person = one.data.get("by") if one.event == "decided" else one.data.get("signer")
    who = sheet.person(person) if isinstance(person, str) and person else sheet.machine()
    data = {**one.data, "seq": one.seq, "prev": one.prev, "hash": one.hash}
    resource = {
        "resourceType": "AuditEvent",
        "type": coding(_DICOM, "110110", "Patient Record"),
        "subtype": [coding(EVENT, one.event)],
        "action": _ACTIONS.get(one.event, "U"),
        "recorded": one.at,
        "outcome": "0",
        "agent": [{"who": reference(who), "requestor": True}],
        "source": {"observer": reference(sheet.machine())},
        "entity": [
            {
                "what": reference(sheet.url("composition")),
                "detail": [_detail(key, value) for key, value in data.items() if value not in (None, "", [], {})],
            }
        ],
    }
    return sheet.add(resource, "audit", str(one.seq))


def _detail(key: str, value: object) -> Resource:
    return {"type": key, "valueString": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}


def signed_document(sheet: Sheet) -> str | None:
    """The bytes that the signatures cover, so that this Bundle alone is enough to check them; none of a draft."""
    if not sheet.signed:
        return None
    data = base64.b64encode(export_json(sheet.consultation)).decode("ascii")
    resource = {
        "resourceType": "DocumentReference",
        "identifier": [identifier("consultation", sheet.consultation.id)],
        "status": "current",
        "docStatus": "final",
        "type": concept(sheet.say("document")),
        "subject": sheet.subject,
        "date": sheet.at,
        "author": references([sheet.machine()]),
        "authenticator": reference(sheet.person(sheet.signers[-1].name)) if sheet.signers else None,
        "content": [{"attachment": {"contentType": _DOCUMENT, "data": data, "title": sheet.say("document")}}],
    }
    return sheet.add(resource, "document")


def provenance(sheet: Sheet, document: str | None) -> str:
    """Who made the Composition and who verified it, with each JWS exactly as it stands in the consultation."""
    signatures = zip(sheet.signers, sheet.consultation.signatures, strict=True)
    agents = [_agent("author", "Author", sheet.machine())]
    agents += [_agent("verifier", "Verifier", sheet.person(one.name)) for one in sheet.signers]
    resource = {
        "resourceType": "Provenance",
        "target": [reference(sheet.url("composition"))],
        "recorded": sheet.at,
        "reason": [concept(sheet.say("stale", reason=one.stale)) for one in sheet.signers if one.stale is not None],
        "agent": agents,
        "entity": [{"role": "source", "what": reference(document)}] if document is not None else None,
        "signature": [_signature(sheet, signer, jws) for signer, jws in signatures],
    }
    return sheet.add(resource, "provenance")


def _agent(code: str, display: str, who: str) -> Resource:
    return {"type": concept(None, coding(_PARTICIPANT, code, display)), "who": reference(who)}


def _signature(sheet: Sheet, signer: Signer, jws: Signature) -> Resource:
    return pruned(
        {
            "type": [coding(_SIGNATURE, _VERIFICATION, "Verification Signature")],
            "when": signer.at,
            "who": reference(sheet.person(signer.name)),
            "targetFormat": _DOCUMENT,
            "sigFormat": "application/jose",
            "data": base64.b64encode(canonical(jws.model_dump(mode="json"))).decode("ascii"),
        }
    )
