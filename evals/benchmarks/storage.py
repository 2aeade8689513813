"""What encryption costs: consultations of the rules engine in a home in clear and in an encrypted one, by turns.

Prints one JSON document: milliseconds of processor time for each consultation (drafted, decided and signed) and bytes
of the store for each. Wall time depends on who else uses the machine; processor time does not.

    python evals/benchmarks/storage.py [--rounds 20]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from statistics import median

from consult import Case, Panel, Settings
from consult.review import Review, SigningKey
from consult.storage import new_key

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "evals" / "cases" / "lab-haemolysed-potassium" / "case.hl7"


def opened(folder: Path, *, sealed: bool) -> tuple[Panel, SigningKey]:
    """A panel over a new home, and a key that it trusts."""
    storage = {}
    if sealed:
        file = folder / "storage.key"
        file.write_text(new_key())
        file.chmod(0o600)
        storage = {"encryption": "aes-256-gcm", "key_file": file}
    panel = Panel.from_settings(Settings.load(home=folder / f"home-{sealed}", storage=storage))
    key = SigningKey.generate("Dr Bench")
    panel.store.keyring.register(key.public_jwk(), key.name)
    return panel, key


def consulted(panel: Panel, key: SigningKey, case: Case) -> float:
    """Processor seconds of one consultation, up to its signature."""
    started = time.process_time()
    drafted = panel.consult(case)
    plan = drafted.plan
    assert plan is not None
    decisions = [{"item": one.id, "decision": "acknowledge", "text": "told"} for one in plan.alerts]
    decisions += [{"item": one.id, "decision": "accept"} for one in (*plan.problems, *plan.recommendations)]
    Review(panel.store).decide(drafted.id, decisions, "Dr Bench")
    panel.sign(drafted.id, key)
    return time.process_time() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    found: dict[str, list[float]] = {"off": [], "aes-256-gcm": []}
    case = Case.read(CASE)
    with tempfile.TemporaryDirectory() as name:
        homes = {kind: opened(Path(name), sealed=kind != "off") for kind in found}
        for number in range(rounds + 3):
            for kind, (panel, key) in homes.items():
                seconds = consulted(panel, key, case.model_copy(update={"subject": f"case-{number}"}))
                if number >= 3:  # the first ones fill caches
                    found[kind].append(seconds)
        for panel, _ in homes.values():
            panel.close()
        sizes = {kind: (Path(name) / f"home-{kind != 'off'}" / "consult.sqlite").stat().st_size for kind in found}
    milliseconds = {kind: round(median(times) * 1000, 1) for kind, times in found.items()}
    print(json.dumps({"rounds": rounds, "milliseconds": milliseconds, "store_bytes": sizes}, indent=2))


if __name__ == "__main__":
    main()
