"""The whole recipe on a handful of paragraphs and reports: from the data's files to a reader that reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa.reader.train import written
from qa.reader.train.__main__ import app
from qa.reader.train.files import ENCODER
from qa.reader.trained import TrainedReader
from qa.types import Hit, Passage

TOWNS = ("临江", "南湾", "平川", "石桥", "东山", "青石", "白河", "云岭", "松原")


def squad(path: Path, first: int, count: int) -> None:
    articles = []
    for number in range(first, first + count):
        length = number * 7 + 100
        text = f"{TOWNS[number % 9]}第{number}桥建于{1900 + number}年，全长{length}米，由工程师李{number}设计。"
        questions = []
        for asked, answer in (
            (f"第{number}桥全长多少米？", f"{length}米"),
            (f"第{number}桥建于哪一年？", f"{1900 + number}年"),
        ):
            place = {"text": answer, "answer_start": text.index(answer)}
            questions.append({"id": f"{number}-{answer}", "question": asked, "answers": [place]})
        articles.append({"title": f"第{number}桥", "paragraphs": [{"context": text, "qas": questions}]})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"data": articles}), encoding="utf-8")


def report(town: str, year: int, number: int) -> list[str]:
    return [
        f"{year}年{town}市政府工作报告",
        f"一、{year - 1}年工作回顾",
        f"全年地区生产总值完成{number + 40}.6亿元，增长{number}.1%。新建农村公路{number * 3 + 12}公里。",
        f"建成滨江公园、{town}广场、体育公园等{number + 3}个公园。水电装机规模居全省第{number % 9 + 1}位。",
        f"二、{year}年工作安排",
        f"地区生产总值预期增长{number + 1}%左右。改造老旧小区{number * 2 + 5}个。",
    ]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    import docx

    squad(tmp_path / "data/cmrc2018/train.json", 0, 24)
    squad(tmp_path / "data/cmrc2018/trial.json", 30, 12)
    squad(tmp_path / "data/drcd/train_part.json", 50, 16)
    folder = tmp_path / "data/reports/provincial-2025"
    folder.mkdir(parents=True)
    for number, town in enumerate(TOWNS):
        document = docx.Document()
        for paragraph in report(town, 2025, number):
            document.add_paragraph(paragraph)
        document.save(str(folder / f"2025年{town}市政府工作报告.docx"))
    statutes = [
        {
            "问题": "桥上能停车吗？",
            "相关法规": {f"临江市桥梁条例第{number}条": f"第{number}类桥梁每{number}年检查一次。\n"},
        }
        for number in "一二三四五六七八"
    ]
    (tmp_path / written.STATUTES).parent.mkdir(parents=True)
    (tmp_path / written.STATUTES).write_text(json.dumps(statutes, ensure_ascii=False), encoding="utf-8")
    national = tmp_path / "data/reports/national/1954-2019.txt"
    national.parent.mkdir()
    lines = ["\t".join((str(year), "　　".join(report("全国", year, year - 2000)[1:]))) for year in range(2010, 2018)]
    national.write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_from_the_data_to_a_reader(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("peft")
    import torch
    from safetensors.torch import load_file

    some = tmp_path / "offices.jsonl"
    some.write_text("".join(written.OFFICES.read_text("utf-8").splitlines(keepends=True)[::10]), encoding="utf-8")
    monkeypatch.setattr(written, "OFFICES", some)
    work, out = tmp_path / "work", tmp_path / "out"
    out.mkdir()

    def ran(*arguments: str) -> str:
        done = CliRunner().invoke(app, list(arguments))
        assert done.exit_code == 0, done.output
        return done.output

    said = ran("prepare", "--shared", str(data), "--folder", str(work))
    assert "material.npz:" in said
    assert (work / ENCODER).stat().st_size <= 40_000_000
    weights, selection = out / "reader.safetensors", out / "selection.json"
    said = ran("train", "--folder", str(work), "--out", str(weights), "--seconds", "5")
    assert "held apart" in said
    assert weights.stat().st_size <= 12 * 1024 * 1024
    before = weights.read_bytes()
    ran("train", "--folder", str(work), "--out", str(weights))  # all is done: nothing is trained again
    assert weights.read_bytes() == before
    # What is shipped is the mean of the last two.
    shipped, one, other = (load_file(work / f"{name}.safetensors") for name in ("written", "written-1", "written-2"))
    assert all(torch.allclose(shipped[name], (one[name] + other[name]) / 2, atol=1e-3) for name in shipped)
    # These go on from the one before them: without any time, they are that one.
    (work / "written-1.safetensors").unlink()
    (work / "written-1.checkpoint").unlink(missing_ok=True)
    ran("train", "--folder", str(work), "--only", "written-1", "--seconds", "0")
    begun, before_it = (load_file(work / f"{name}.safetensors") for name in ("written-1", "distilled"))
    assert all(torch.allclose(begun[name], before_it[name], atol=1e-3) for name in before_it)
    (work / "written-1.safetensors").unlink()
    (work / "distilled.safetensors").rename(tmp_path / "distilled.safetensors")
    done = CliRunner().invoke(app, ["train", "--folder", str(work), "--only", "written-1"])
    assert done.exit_code == 2
    assert "distilled: train that first" in " ".join(done.output.replace("│", "").split())
    ran("select", "--shared", str(data), "--folder", str(work), "--model", str(weights), "--out", str(selection))
    reader = TrainedReader(weights, selection, engine="torch")
    text = "临江大桥全长1268米。"
    found = reader.read("临江大桥全长多少米？", [Hit(Passage(1, "d", 0, 0, len(text), text), 1.0)])
    assert all(text[c.start : c.end] == c.text for c in found)
    assert found


@pytest.mark.parametrize("arguments", [("--folder", "there", "train"), ("train", "--folder", "there")])
def test_the_folder_may_stand_before_the_command_or_behind_it(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it was not heeded, training went on in another folder than the one that was named."""
    monkeypatch.chdir(tmp_path)
    there = tmp_path / "there"
    there.mkdir()
    (there / "written.safetensors").touch()
    done = CliRunner().invoke(app, [*arguments, "--only", "written"])
    assert done.exit_code == 0, done.output  # there is nothing to train: its weights stand in that folder
