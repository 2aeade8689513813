"""`consult.toml` and `CONSULT_*`: what a site configures.

Precedence, said once: argument, then file, then environment, then default.
"""

from consult.settings._agents import AgentSettings
from consult.settings._case import CacheSettings, Ceilings, PanelSettings, RecordingSettings, TelemetrySettings
from consult.settings._cds import CdsSettings
from consult.settings._judge import JudgeSettings
from consult.settings._listen import Listen, ListenTls, Reply, ReplyTls, Trigger
from consult.settings._models import RULES, Limits, ModelSettings, OffPeak, Price
from consult.settings._participants import ParticipantSettings
from consult.settings._privacy import PrivacySettings
from consult.settings._profiles import PROFILES, Profile, Provider
from consult.settings._settings import DEFAULT_FILE, Retrieval, Rules, Settings, Site, agent_settings
from consult.settings._signing import SigningSettings
from consult.settings._storage import KeepDays, StorageSettings

__all__ = [
    "DEFAULT_FILE",
    "PROFILES",
    "RULES",
    "AgentSettings",
    "CacheSettings",
    "CdsSettings",
    "Ceilings",
    "JudgeSettings",
    "KeepDays",
    "Limits",
    "Listen",
    "ListenTls",
    "ModelSettings",
    "OffPeak",
    "PanelSettings",
    "ParticipantSettings",
    "Price",
    "PrivacySettings",
    "Profile",
    "Provider",
    "RecordingSettings",
    "Retrieval",
    "Reply",
    "ReplyTls",
    "Rules",
    "Settings",
    "SigningSettings",
    "Site",
    "StorageSettings",
    "TelemetrySettings",
    "Trigger",
    "agent_settings",
]
