"""Adding while others ask: that what is wrong would be noticed, and that nothing is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from eval.bench import adding
from eval.bench.adding import Asked, Seen


def test_a_library_is_asked_while_it_grows(tmp_path: Path) -> None:
    files = []
    for number in range(40):
        file = tmp_path / f"{number}.md"
        articles = "".join(f"\n第{n}条 申请人应当提交第{number}号材料，共{n}份。\n" for n in range(1, 9))
        file.write_text(f"# 第{number}号条例\n{articles}", "utf-8")
        files.append(file)
    seen = adding.measure(files, before=0.5)
    assert seen.errors == ()
    assert seen.sound
    assert [asker.who for asker in seen.askers] == ["thread", "process"]
    assert (seen.documents, seen.before > 0) == (38, True)
    assert seen.passages >= 38
    assert "errors" in adding.table(seen)


def test_an_asker_that_met_an_error_or_did_not_ask_is_noticed() -> None:
    asked = Asked("thread", ((0.5, 0.1), (1.5, 0.2)), (), 1.0)
    seen = Seen(1, 1, 1, 1.0, 2.0, (asked,), (), 1.0, False)
    assert seen.sound
    assert (seen.seconds(asked, False), seen.seconds(asked, True)) == ([0.1], [0.2])
    for wrong in (
        replace(seen, errors=("a passage is lost",)),
        replace(seen, askers=(replace(asked, errors=("torn",)),)),
        replace(seen, askers=(replace(asked, times=asked.times[:1]),)),
    ):
        assert not wrong.sound
