"""Adding that is stopped: that it goes on without embedding twice, and that it would be noticed if it did."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from eval.bench import interrupted
from qa.library.library import EMBED_BATCH


def test_what_is_stopped_goes_on_and_embeds_nothing_twice(tmp_path: Path) -> None:
    files = []
    for number in range(60):
        file = tmp_path / f"{number}.md"
        file.write_text("".join(f"\n第{n}条 申请人应当提交第{number}号材料，共{n}份。\n" for n in range(1, 9)), "utf-8")
        files.append(file)
    (tmp_path / "再.md").write_bytes(files[7].read_bytes())
    seen = interrupted.measure([*files, tmp_path / "再.md"], stops=1)
    assert seen.sound, seen
    assert seen.files == 60
    assert [run.status for run in seen.runs] == [interrupted.STOPPED, 0]
    assert 480 <= seen.embedded <= 480 + EMBED_BATCH
    assert "stopped with Ctrl-C" in interrupted.table(seen)
    first, last = seen.runs
    for wrong in (
        replace(seen, embedded=seen.passages + EMBED_BATCH + 1),
        replace(seen, problems=("a vector is missing",)),
        replace(seen, runs=(replace(first, documents=60), last)),
        replace(seen, runs=(replace(first, status=1), last)),
        replace(seen, runs=(first, replace(last, documents=59))),
    ):
        assert not wrong.sound
