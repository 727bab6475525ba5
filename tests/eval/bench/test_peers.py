"""The side-by-side runs: protocol, table, environments."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.bench.data import public_set
from eval.bench.peers import ALL, Paragraph, Peer, Row, Setup, compare, environments, paragraphs_of, process, table
from eval.bench.peers.systems import TXTAI
from eval.errors import RunError
from eval.metrics.intervals import share
from qa import YindaError

ROOT = Path(__file__).resolve().parents[3]

SUBJECTS = [
    *("大桥", "图书馆", "博物馆", "体育场", "火车站", "植物园", "音乐厅", "水电站", "天文台", "灯塔"),
    *("码头", "医院", "学校", "剧院", "机场", "公园", "邮局", "钟楼", "粮仓", "茶馆"),
]
TOWNS = [
    *("青岛", "成都", "西安", "杭州", "大连", "昆明", "贵阳", "兰州", "合肥", "南昌"),
    *("福州", "海口", "太原", "长春", "银川", "拉萨", "厦门", "苏州", "洛阳", "桂林"),
]
PARAGRAPHS = [
    Paragraph(
        f"P{number}",
        f"{town}{subject}建成于{1900 + number}年，设计师参考了当地的传统样式，耗时三年完工。"
        f"{subject}每天上午九点对外开放，是{town}市民常去的地方。",
        (f"{town}的{subject}是哪一年建成的？", f"{town}市民什么时候可以去{subject}？"),
    )
    for number, (town, subject) in enumerate(zip(TOWNS, SUBJECTS, strict=True))
]

# A small real system in the runners' form: it counts the characters that a question shares with a text.
COUNTING = """
class System:
    versions = {"counting": "1"}

    def index(self, texts):
        self.texts = [set(text) for text in texts]

    def search(self, question, k):
        shared = [len(text & set(question)) for text in self.texts]
        return sorted(range(len(shared)), key=lambda number: -shared[number])[:k]


def start(job):
    return System()
"""


def system(folder: Path, code: str, *, name: str = "counting") -> Peer:
    runner = folder / f"run_{name}.py"
    runner.write_text(code, "utf-8")
    return Peer(name, runner, (Setup("plain", "defaults", "shared characters"),))


@pytest.mark.slow
def test_yindas_own_row() -> None:
    seen: list[str] = []
    twin = Paragraph("twin", PARAGRAPHS[0].text, ())
    asked = [(question, p.id) for p in PARAGRAPHS for question in p.questions]
    rows = compare(
        [*PARAGRAPHS, twin],
        [*asked, (PARAGRAPHS[0].questions[0], "twin")],
        peers=["yinda"],
        every=2,
        before=lambda peer, setup: seen.append(f"{peer.name}, {setup.name}"),
    )
    (row,) = rows
    assert row.error == ""
    assert seen == ["yinda, as installed"]
    assert row.texts == len(PARAGRAPHS), "paragraphs with the same text count as one"
    assert len(row.ranks) == len(row.search_s) == len(PARAGRAPHS) + 1
    assert row.ranks.count(1) >= 19
    assert row.ranks[-1] == row.ranks[0], "either of two paragraphs with the same text is right"
    assert row.versions["torch"]
    assert min(row.start_s, row.index_s, *row.search_s) > 0
    assert row.peak_mib > 100
    printed = table("Twenty", rows)
    assert printed.startswith("Twenty: 20 paragraphs, 21 questions\n")
    assert share(row.ranks.count(1), 21) in printed
    assert rows[0].setup.says in printed


def test_another_system_goes_through_the_same_protocol(tmp_path: Path) -> None:
    (row,) = compare(PARAGRAPHS, peers=[system(tmp_path, COUNTING)], every=3)
    assert row.error == ""
    assert len(row.ranks) == 14  # of 40
    assert row.ranks.count(1) >= 12
    assert row.versions == {"counting": "1"}


def test_a_right_paragraph_that_is_not_found_has_rank_0(tmp_path: Path) -> None:
    backwards = COUNTING.replace("-shared[number]", "shared[number]")
    (row,) = compare(PARAGRAPHS, peers=[system(tmp_path, backwards)])
    assert set(row.ranks) == {0}


def test_a_system_that_fails_leaves_the_others_their_rows(tmp_path: Path) -> None:
    broken = system(tmp_path, "def start(job):\n    raise RuntimeError('no such model')\n", name="broken")
    slow = system(tmp_path, "import time\ndef start(job):\n    time.sleep(600)\n", name="slow")
    rows = compare(PARAGRAPHS[:3], peers=[slow], timeout=1)
    rows += compare(PARAGRAPHS[:3], peers=[broken, system(tmp_path, COUNTING)])
    assert [row.error for row in rows] == ["not done after 1 s", "RuntimeError: no such model", ""]
    printed = table("Three", rows)
    assert "failed: RuntimeError: no such model" in printed
    assert "Three: 3 paragraphs, 6 questions" in printed


def test_children_see_no_network_and_no_telemetry_and_the_same_threads(tmp_path: Path) -> None:
    code = COUNTING.replace('{"counting": "1"}', "dict(__import__('os').environ)")
    (row,) = compare(PARAGRAPHS[:1], peers=[system(tmp_path, code)], threads=1)
    assert row.versions["HF_HUB_OFFLINE"] == "1"
    assert row.versions["HAYSTACK_TELEMETRY_ENABLED"] == "False"
    assert row.versions["LANGSMITH_TRACING"] == "false"
    assert row.versions["CUDA_VISIBLE_DEVICES"] == ""
    assert {row.versions[f"{library}_NUM_THREADS"] for library in ("OMP", "MKL", "OPENBLAS", "RAYON")} == {"1"}


@pytest.mark.parametrize(
    ("paragraphs", "queries", "peers", "reason"),
    [
        ([], [], ["yinda"], "nothing to compare"),
        (PARAGRAPHS[:1], [], ["yinda"], "nothing to compare"),
        (PARAGRAPHS[:1], [("谁？", "P9")], ["yinda"], "P9"),
        (PARAGRAPHS[:1], None, ["lucene"], "no system lucene"),
    ],
)
def test_what_cannot_be_compared_is_said_at_once(
    paragraphs: list[Paragraph], queries: list[tuple[str, str]] | None, peers: list[str], reason: str
) -> None:
    with pytest.raises(RunError, match=reason) as caught:
        compare(paragraphs, queries, peers=peers)
    assert caught.value.hint
    assert "\n" not in caught.value.message


@pytest.mark.skipif(os.name != "posix", reason="ends a process by its number")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupting_the_benchmark_ends_the_child(tmp_path: Path, how: signal.Signals) -> None:
    said = tmp_path / "child"
    runner = system(
        tmp_path,
        f"import os, pathlib, time\ndef start(job):\n    pathlib.Path({str(said)!r}).write_text(str(os.getpid()))\n"
        "    time.sleep(600)\n",
    ).runner
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pathlib import Path\n"
        "from eval.bench.peers import Paragraph, Peer, Setup, compare\n"
        f"peer = Peer('sleeper', Path({str(runner)!r}), (Setup('plain', 'defaults', ''),))\n"
        "compare([Paragraph('1', '文', ('问？',))], peers=[peer])\n"
    )
    # What a process that is killed leaves behind is left in the test's folder.
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as parent:
        try:
            child = _wait_for_number(said)
            parent.send_signal(how)
            parent.wait(30)
        finally:
            parent.kill()
    _wait_until_gone(child)


def _wait_for_number(path: Path) -> int:
    for _ in range(600):
        if path.exists() and path.read_text():
            return int(path.read_text())
        time.sleep(0.1)
    raise AssertionError("the child did not start")


def _wait_until_gone(number: int) -> None:
    for _ in range(300):
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(number)], capture_output=True, text=True).stdout
        if not state.strip() or state.startswith("Z"):
            return
        time.sleep(0.1)
    raise AssertionError(f"process {number} is still there")


# -- table ----------------------------------------------------------------------------------------------------


def test_defaults_and_best_settings_stand_apart() -> None:
    rows = [
        Row(
            peer.name,
            setup,
            texts=10,
            versions={peer.name: "1.2"},
            ranks=(1, 2, 6, 0),
            search_s=(0.01, 0.02, 0.03, 0.04),
            start_s=1.0,
            index_s=2.0,
            index_cpu_s=3.5,
            peak_mib=500.0,
            load=1.5,
        )
        for peer in ALL
        for setup in peer.setups
    ]
    lines = table("Set", rows).splitlines()
    parts = [number for number, line in enumerate(lines) if line and not line.startswith(" ")]
    own, defaults, best, settings = (lines[a:b] for a, b in pairwise(parts[1:6]))
    assert own[0] == "Yinda, as installed"
    assert [line.split(",")[0].strip() for line in own[1:]] == ["yinda"]
    assert "defaults" in defaults[0]
    assert "best settings" in best[0]
    for part in (defaults, best):
        assert {line.split(",")[0].strip() for line in part[1:]} == {"txtai", "haystack", "langchain"}
    assert len(own) + len(defaults) + len(best) - 3 == len(settings) - 1 == len(rows)
    figures = own[1].split()
    assert figures[-6:] == ["5.0", "350.0", "25.0", "38.5", "1.0", "500"]
    assert share(1, 4) in own[1]
    assert share(2, 4) in own[1]
    assert lines[-1].startswith("Load average when the rows began: 1.5 to 1.5")


# -- environments ---------------------------------------------------------------------------------------------


def test_versions_are_pinned_and_name_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("YINDA_CACHE", str(tmp_path))
    others = [peer for peer in ALL if peer.requirements is not None]
    assert len(others) == 3
    for peer in others:
        assert peer.requirements
        assert all("==" in requirement for requirement in peer.requirements)
        assert environments.folder_of(peer).parent == tmp_path / "peers"
        newer = replace(peer, requirements=(*peer.requirements[:-1], "jieba==9"))
        assert environments.folder_of(newer) != environments.folder_of(peer)
    torch = next(line for line in (ROOT / "constraints.txt").read_text().splitlines() if line.startswith("torch=="))
    assert all(torch in (peer.requirements or ()) for peer in others)


def test_an_environment_is_made_once_and_an_unfinished_one_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("YINDA_CACHE", str(tmp_path))
    peer = replace(system(tmp_path, COUNTING), requirements=())
    folder = environments.folder_of(peer)
    folder.mkdir(parents=True)
    (folder / "left behind").write_text("by a process that was killed")
    python = environments.python_of(peer)
    assert not (folder / "left behind").exists()
    asked = [str(python), "-c", "import sys; print(sys.prefix)"]
    assert Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()) == folder
    (folder / "kept").touch()
    assert environments.python_of(peer) == python
    assert (folder / "kept").exists()


@pytest.mark.slow
def test_an_installation_that_fails_is_one_line_with_a_hint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("YINDA_CACHE", str(tmp_path))
    # pip looks at nothing outside: as without a network, but at once.
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(RunError) as caught:
        compare(PARAGRAPHS[:1], peers=["yinda", TXTAI])
    message = caught.value.message
    assert "\n" not in message
    assert message.startswith("the environment for txtai cannot be made: ")
    assert "No matching distribution found for txtai==9.14.0" in message
    assert "package index" in caught.value.hint
    folder = environments.folder_of(TXTAI)
    assert not folder.exists()
    assert (folder.parent / f"{folder.name}.log").is_file()


def test_an_installation_that_takes_too_long_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("YINDA_CACHE", str(tmp_path))
    with pytest.raises(RunError, match="not made within") as caught:
        environments.python_of(TXTAI, timeout=0.2)
    assert caught.value.hint
    assert not environments.folder_of(TXTAI).exists()


def test_a_cache_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("YINDA_CACHE", str(tmp_path / "file"))
    with pytest.raises(RunError, match="cannot be made in") as caught:
        environments.python_of(TXTAI)
    assert "YINDA_CACHE" in caught.value.hint


def test_last_line(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes("one\ntwo 二\n\n  \n".encode())
    assert process.last_line(log) == "two 二"
    log.write_bytes(b"")
    assert process.last_line(log) == ""


# -- command --------------------------------------------------------------------------------------------------


def test_the_command_names_the_folder_that_is_missing(tmp_path: Path) -> None:
    import typer

    from eval.bench.peers.cli import peers_table

    app = typer.Typer()
    app.command()(peers_table)
    done = CliRunner().invoke(app, ["--shared", str(tmp_path), "--set", "drcd"])
    assert isinstance(done.exception, YindaError)
    assert "drcd" in str(done.exception)
    assert "--shared" in done.exception.hint


@pytest.mark.slow
def test_the_command_prints_its_table(shared: Path) -> None:
    import typer

    from eval.bench.peers.cli import peers_table

    app = typer.Typer()
    app.command()(peers_table)
    options = ["--shared", str(shared), "--set", "cmrc", "--limit", "3", "--every", "2", "--peers", "yinda"]
    done = CliRunner().invoke(app, options)
    assert done.exit_code == 0, done.output
    assert "CMRC 2018 dev, the first 3 paragraphs: 3 paragraphs" in done.output
    assert "yinda, as installed" in done.output


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("YINDA_PEERS"), reason="fetches 1.5 GB of packages: set YINDA_PEERS=1 for it")
def test_txtai_in_an_environment_of_its_own(shared: Path) -> None:
    """Makes the environment in the user's cache where it is not there yet: that needs a package index and 1.5 GB."""
    paragraphs = paragraphs_of(public_set(shared, "cmrc2018/trial.json", paragraphs=30))
    try:
        rows = compare(paragraphs, peers=["txtai"], every=5)
    except RunError as error:
        pytest.skip(f"its environment cannot be made here: {error}")
    assert [row.error for row in rows] == ["", ""]
    for row in rows:
        assert row.texts == 30
        assert row.versions["txtai"] == "9.14.0"
        assert sum(rank == 1 for rank in row.ranks) > 0.8 * len(row.ranks)
