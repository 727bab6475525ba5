"""``python -m eval.bench reader``: what is asked, among what, and with which weights."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.bench.__main__ import app
from eval.bench.weights import Weights, named, weights_in
from eval.errors import RunError
from qa.reader.selection import FILE as SELECTION
from qa.reader.weights import FILE as WEIGHTS


def reader(data: Path, *options: str) -> list[str]:
    done = CliRunner().invoke(app, ["reader", "--shared", str(data), *options])
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


def test_the_paragraph_given_embeds_only_what_is_asked_about(data: Path, cache: Path, embedded: list[str]) -> None:
    lines = reader(data, "--set", "cmrc", "--mode", "given", "--every", "2")
    assert "CMRC 2018 dev: 2 questions" in lines
    assert {line.split()[0] for line in lines if line.startswith("  ")} == {"given"}
    assert not any("DRCD" in line for line in lines)
    assert len(embedded) == 2
    assert not any("红石" in text for text in embedded), "no question that is asked is about it"


def test_openly_among_the_whole_collection_and_again_without_embedding(
    data: Path, cache: Path, embedded: list[str]
) -> None:
    alone = reader(data, "--set", "cmrc", "--mode", "open", "--limit", "1")
    assert "CMRC 2018 dev: 2 questions, asked openly among 1 paragraphs" in alone
    lines = reader(data, "--set", "cmrc", "--mode", "open", "--limit", "1", "--among", "all")
    assert "CMRC 2018 dev: 2 questions, asked openly among 5 paragraphs" in lines
    assert {line.split()[0] for line in lines if line.startswith("  ")} == {"open"}
    assert len(embedded) == 5
    reader(data, "--set", "cmrc", "--mode", "open", "--among", "all", "--every", "4", "--selection", str(SELECTION))
    assert len(embedded) == 5


def test_both_sets_and_both_ways_are_asked_where_nothing_is_said(data: Path, cache: Path) -> None:
    lines = reader(data)
    heads = [line for line in lines if "questions" in line]
    assert heads == [
        "CMRC 2018 dev: 4 questions, asked openly among 3 paragraphs",
        "DRCD dev: 1 questions, asked openly among 1 paragraphs",
    ]
    assert [line.split()[0] for line in lines if "EM, never refusing" in line] == ["given", "open"] * 2


def test_weights_and_selection(tmp_path: Path) -> None:
    assert named(None, None) is None
    assert named(tmp_path / "a.safetensors", None) == Weights(tmp_path / "a.safetensors", SELECTION)
    assert named(None, tmp_path / "a.json") == Weights(WEIGHTS, tmp_path / "a.json")
    for name in ("b.safetensors", "a.safetensors", "a.json", "c.json"):
        (tmp_path / name).touch()
    assert weights_in(tmp_path) == [
        Weights(tmp_path / "a.safetensors", tmp_path / "a.json"),
        Weights(tmp_path / "b.safetensors", SELECTION),
    ]
    with pytest.raises(RunError, match="holds no weights of a reader"):
        weights_in(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"features": ["other"]}', '{"features": null}'])
def test_a_selection_that_is_none_is_said_in_a_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "selection.json").write_text(text, "utf-8")
    with pytest.raises(RunError, match=r"selection\.json holds no weights of selection") as caught:
        Weights(selection=tmp_path / "selection.json").reader()
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_weights_that_are_none_are_said_in_a_line(tmp_path: Path) -> None:
    shutil.copyfile(SELECTION, tmp_path / "other.safetensors")
    with pytest.raises(RunError, match=r"other\.safetensors holds no weights of the reader") as caught:
        Weights(tmp_path / "other.safetensors").reader()
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("command", ["reader", "seed", "samples", "reports"])
def test_files_that_are_not_there_are_said_before_anything_is_read(command: str, tmp_path: Path) -> None:
    for option in ("--weights", "--selection"):
        done = CliRunner().invoke(app, [command, option, str(tmp_path / "nowhere")])
        assert done.exit_code == 2
        assert "nowhere" in done.output.replace("\n", "")
