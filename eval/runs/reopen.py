"""The sets of a run that was made earlier, found again to score or compare it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from eval.errors import RunError
from eval.runs.folder import read_manifest
from eval.runs.identity import asked_digest
from eval.runs.settings import Settings, asked_part
from eval.types import EvaluationSet


def sets_of(folder: Path) -> list[EvaluationSet]:
    """Load the sets that a run's manifest names.

    Answers may have been corrected since. Raises ``RunError`` when there is no run, or a set is gone or asks other
    questions.
    """
    from eval.sets import load_set

    manifest = read_manifest(folder)
    if manifest is None:
        raise RunError(f"{folder} holds no run", "name the folder that yinda eval run wrote to")
    sets = []
    settings = Settings(**manifest["settings"])
    for described in manifest["sets"]:
        path = Path(described["path"])
        if not path.exists():
            raise RunError(f"the set {path} of the run {folder} is gone", "put it back, or make the run again")
        split = described["name"].rpartition("/")[2] if described["layout"] == "beir" else "test"
        loaded = load_set(path, documents=described["sources"], rules=described["rules"], split=split)
        loaded = asked_part(replace(loaded, name=described["name"]), settings)
        if asked_digest(loaded, settings) != described["asked"]:
            raise RunError(
                f"{path} asks other questions than when the run {folder} was made",
                "make the run again, or put the old set back; answers alone may be corrected",
            )
        sets.append(loaded)
    return sets
