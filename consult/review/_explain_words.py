"""The sentences of `explain`, in English and Chinese. They are for a lawyer: no abbreviation without its meaning."""

from __future__ import annotations

from consult.plan import Language

Words = dict[str, str]

CHECKS: dict[Language, dict[str, tuple[str, str, str]]] = {
    "en": {
        "canonical": (
            "Form of the file",
            (
                "The file is written in the one form in which this record can be written (RFC 8785), so its hash is "
                "the hash of its content."
            ),
            (
                "The file was not written in the one form in which a record is exported. Somebody may have opened "
                "and saved it, or changed it; ask for the original file."
            ),
        ),
        "schema": (
            "Shape of the record",
            "The file has exactly the parts that a record of a consultation has, and nothing besides.",
            (
                "The file lacks a part of the record, or holds a part that no record has. What such a part says is "
                "not to be believed."
            ),
        ),
        "audit": (
            "Log of what happened",
            (
                "The log names every step up to the last signature; each entry holds the hash of the one before it, "
                "and the signatures hold the log."
            ),
            "The log was changed, cut or lengthened after it was signed, or does not belong to these signatures.",
        ),
        "content": (
            "Content",
            "The content is, byte for byte, what the signers signed.",
            "The content is not what was signed: something in it was changed afterwards. It must not be relied on.",
        ),
        "subject": (
            "Patient",
            "The record is about the patient for whom it was signed.",
            (
                "The record was signed for another patient than the one it now names, or contradicts the patient "
                "that is stored here."
            ),
        ),
        "signature": (
            "Signatures",
            (
                "Each signature could only be made by whoever held the signer's private key, over this content and "
                "at this place of the log."
            ),
            (
                "A signature is missing, was damaged, was made over other content or with another key, or cannot be "
                "checked. Without it nobody is bound by the content."
            ),
        ),
        "signer": (
            "Signers",
            (
                "The keys belong to the named persons, on the word of whoever set up the trust that was used for "
                "this check."
            ),
            (
                "It is not known whose key made a signature: nobody whom this check was told to trust vouches for "
                "it. Anybody can make a key and give it any name."
            ),
        ),
        "certificate": (
            "Certificates",
            "The signers' certificates were valid at the time of signing and are made for signing documents.",
            (
                "A signer's certificate was expired or not yet valid at the time of signing, or is made for another "
                "purpose. Its issuer does not answer for this signature."
            ),
        ),
        "revocation": (
            "Revocation",
            "No key or certificate was revoked at the time of signing.",
            (
                "A key or certificate had been revoked: its owner or issuer had declared that it is no longer to be "
                "believed."
            ),
        ),
        "timestamp": (
            "Time stamps",
            (
                "A trusted time-stamp authority, which neither the signer nor the hospital can instruct, states that "
                "the signature existed at the time given (RFC 3161)."
            ),
            (
                "A time stamp does not belong to its signature, was changed, or comes from an authority that is not "
                "trusted. The time it gives is worth nothing."
            ),
        ),
        "complete": (
            "Completeness",
            "A named person decided on every item, and every dangerous value has an alert that was acknowledged.",
            (
                "Something was signed although an item was undecided or an alert is missing. A plan in that state "
                "must not be signed."
            ),
        ),
    },
    "zh": {
        "canonical": (
            "文件格式",
            "文件以该记录唯一的规范写法（RFC 8785）书写，因此文件的摘要就是内容的摘要。",
            "文件不是记录导出时的唯一写法：可能有人打开并另存过，或者作过改动。请索取原始文件。",
        ),
        "schema": (
            "记录结构",
            "文件恰好包含会诊记录应有的各部分，没有多余内容。",
            "文件缺少记录应有的部分，或含有记录不应有的部分；多出的内容不可采信。",
        ),
        "audit": (
            "操作日志",
            "日志记载了直到最后一次签名的每一步；每条都含有前一条的摘要，并由签名封存。",
            "日志在签名之后被改动、删减或增加，或者不属于这些签名。",
        ),
        "content": (
            "内容",
            "内容与签名者所签的逐字节一致。",
            "内容不是当时所签的内容：签名之后有改动，不可作为依据。",
        ),
        "subject": (
            "患者",
            "记录所涉患者就是签名时的患者。",
            "签名时的患者与现在记录所指的患者不同，或与本机保存的患者不符。",
        ),
        "signature": (
            "签名",
            "每个签名只能由持有签名者私钥的人，针对这份内容和日志的这一位置作出。",
            "有签名缺失、损坏、针对其他内容或由其他密钥作出，或者无法核验。没有它，任何人都不受该内容约束。",
        ),
        "signer": (
            "签名者",
            "密钥属于所列人员；这一点由设定本次核验所用信任范围的人担保。",
            "不知道签名所用密钥属于谁：本次核验所信任的任何一方都没有为其担保。任何人都可以生成密钥并冠以任何姓名。",
        ),
        "certificate": (
            "证书",
            "签名者的证书在签名时有效，并且可用于签署文件。",
            "签名者的证书在签名时已过期、尚未生效，或不用于签署文件。证书签发者不对该签名负责。",
        ),
        "revocation": (
            "吊销",
            "签名时密钥和证书均未被吊销。",
            "密钥或证书已被吊销：其持有人或签发者已声明不再可信。",
        ),
        "timestamp": (
            "时间戳",
            "受信任的时间戳机构（签名者和医院均无法指使）声明该签名在所列时间已经存在（RFC 3161）。",
            "时间戳不属于该签名、被改动，或来自不受信任的机构；其所示时间没有意义。",
        ),
        "complete": (
            "完整性",
            "每一项均由具名人员作出决定，每个危急值都有已确认的警示。",
            "在有项目未决定或缺少警示的情况下签了名。这种状态的方案不得签署。",
        ),
    },
}
"""Title, what it means when it holds, what it means when it fails; by check."""

TEXT: dict[Language, Words] = {
    "en": {
        "holds": "This file is exactly what was signed, and every signer is known to those whom this check trusts.",
        "fails": "This file must not be relied on as a signed record. What failed stands below.",
        "what": "What was signed",
        "record": (
            "Consultation {id}, revision {revision}. Everything in it is signed except the list of signatures, "
            "the time stamps and the log; the log is held by the signatures."
        ),
        "hash": (
            "The signed bytes are the content in its canonical form (RFC 8785: one content, one sequence of "
            "bytes). Their SHA-256 hash is {digest}."
        ),
        "unread": "The file could not be read as a record of a consultation, so nothing can be said of its content.",
        "who": "Who signed",
        "nobody": "Nobody.",
        "key": "{signer}. Known by a public key that was registered under this name (key {kid}, {algorithm}).",
        "certificate": "{signer}. Known by a certificate that is itself trusted here (key {kid}, {algorithm}).",
        "root": "{signer}. Known by a certificate that leads to the trusted root {root} (key {kid}, {algorithm}).",
        "unknown": (
            "A key that calls itself {signer} (key {kid}, {algorithm}). Nobody who is trusted here says whose it "
            "is."
        ),
        "illegible": "A signature that cannot be read.",
        "issued": (
            "The certificate is made out to {subject} by {issuer}, serial number {serial}, valid from "
            "{not_before} to {not_after}."
        ),
        "broken": "This signature does not fit the content.",
        "when": "When",
        "time-stamp": (
            "{signer}: by {at} at the latest, as stated by the time-stamp authority {authority}; the signer's "
            "own clock said {claimed}."
        ),
        "home": (
            "{signer}: {claimed}, by the clock of the system on which it was signed; the log of this home has "
            "the same. No time-stamp authority confirms it."
        ),
        "claim": "{signer}: {claimed}, by the clock of the system on which it was signed. Nobody else confirms it.",
        "covers": "What was decided",
        "count": "{decided} of {items} items are decided: {kinds}.",
        "no items": "The plan has no items to decide.",
        "by": "Decided by {names}, from {first} to {last}.",
        "acknowledge": "acknowledged", "accept": "accepted", "edit": "edited", "reject": "rejected",
        "decided item": "{item} {kind}",
        "passed": "What was checked", "not-checked": "What was not checked", "failed": "What failed",
        "notes": "What should be known besides",
        "finding": " (Finding: {says}.)",
        "issuer": (
            "Whether the certificate of {signer} was revoked: its issuer is not among the trusted roots, so none "
            "of its lists could be believed."
        ),
        "list": (
            "Whether the certificate of {signer}, or that of an issuer, was revoked: no current revocation list "
            "of its issuer was at hand. It is not taken for unrevoked."
        ),
        "stamp": "When {signer} signed: there is no time stamp, so nobody but the signer's side says when.",
        "authority": (
            "When {signer} signed: there is a time stamp, but this check was not told to trust any time-stamp "
            "authority."
        ),
        "extra": (
            "When {signer} signed: there is a time stamp, but the part of the program that reads it is not "
            "installed."
        ),
        "person": (
            "Whether the person understood the content, acted freely, or held the key alone: no computation can "
            "tell."
        ),
        "withdrawn": "Whether a signer's key was withdrawn elsewhere: only what this check trusts was looked at.",
        "network": "Nothing was asked of any network.",
        "identity": (
            "Who the patient is by name: the record holds a keyed hash of the patient's identifiers, which only "
            "the hospital can resolve."
        ),
        "separator": ", ", "colon": ": ",
    },
    "zh": {
        "holds": "该文件与所签内容完全一致，且每位签名者都为本次核验所信任的一方所确认。",
        "fails": "该文件不可作为已签名的记录使用。未通过的项目列于下方。",
        "what": "签署了什么",
        "record": "会诊 {id}，第 {revision} 版。除签名列表、时间戳和日志外，全部内容均已签署；日志由签名封存。",
        "hash": "所签字节是内容的规范形式（RFC 8785：同一内容只有一种字节序列），其 SHA-256 摘要为 {digest}。",
        "unread": "该文件无法作为会诊记录读取，因此对其内容无法作出任何说明。",
        "who": "由谁签署",
        "nobody": "无人签署。",
        "key": "{signer}。依据：以该姓名登记的公钥（密钥 {kid}，{algorithm}）。",
        "certificate": "{signer}。依据：本处直接信任的证书（密钥 {kid}，{algorithm}）。",
        "root": "{signer}。依据：可追溯到受信任根证书 {root} 的证书（密钥 {kid}，{algorithm}）。",
        "unknown": "自称 {signer} 的密钥（密钥 {kid}，{algorithm}）。本处所信任的任何一方都未说明其归属。",
        "illegible": "一个无法读取的签名。",
        "issued": "证书主体：{subject}；签发者：{issuer}；序列号 {serial}；有效期 {not_before} 至 {not_after}。",
        "broken": "该签名与内容不符。",
        "when": "何时签署",
        "time-stamp": "{signer}：不晚于 {at}，由时间戳机构 {authority} 声明；签名者自己的时钟为 {claimed}。",
        "home": "{signer}：{claimed}，依据签名所用系统的时钟；本机日志与之一致。没有时间戳机构予以证实。",
        "claim": "{signer}：{claimed}，依据签名所用系统的时钟。没有其他方予以证实。",
        "covers": "作出了哪些决定",
        "count": "{items} 项中已决定 {decided} 项：{kinds}。",
        "no items": "方案中没有需要决定的项目。",
        "by": "决定人：{names}，时间 {first} 至 {last}。",
        "acknowledge": "已确认", "accept": "已采纳", "edit": "已修改", "reject": "已拒绝",
        "decided item": "{item} {kind}",
        "passed": "已核验", "not-checked": "未核验", "failed": "未通过",
        "notes": "另须知晓",
        "finding": "（技术说明：{says}。）",
        "issuer": "{signer} 的证书是否已被吊销：其签发者不在受信任的根证书之中，其吊销列表不可采信。",
        "list": "{signer} 的证书或其签发者的证书是否已被吊销：手头没有签发者当前有效的吊销列表，因此不能视为未吊销。",
        "stamp": "{signer} 何时签名：没有时间戳，只有签名一方自己的说法。",
        "authority": "{signer} 何时签名：有时间戳，但本次核验没有指定受信任的时间戳机构。",
        "extra": "{signer} 何时签名：有时间戳，但未安装读取时间戳的组件。",
        "person": "签名人是否理解内容、是否出于自愿、是否独自保管密钥：任何计算都无法判断。",
        "withdrawn": "签名者的密钥是否已在别处停用：只查看了本次核验所信任的内容。",
        "network": "本次核验未访问任何网络。",
        "identity": "患者的姓名：记录中只有患者标识的带密钥摘要，只有医院能够还原。",
        "separator": "、", "colon": "：",
    },
}  # fmt: skip
