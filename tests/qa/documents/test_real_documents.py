"""The real reports: outlines, and what a person who reads them finds as organisation, date and source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.documents import ParsedDocument, parse, read_file

# Read off the first lines of each of the 31 reports by eye: organisation, date of the speech, source, and the
# number of top-level sections that the body has (annexes not counted).
PROVINCES: dict[str, tuple[str, str, str | None, int]] = {
    "上海市": ("上海市人民政府", "2025-01-15", "解放日报", 3),
    "云南省": ("云南省人民政府", "2025-01-18", "北京日报", 3),
    "内蒙古自治区": ("内蒙古自治区人民政府", "2025-01-14", None, 2),
    "北京市": ("北京市人民政府", "2025-01-14", "北京日报", 2),
    "吉林省": ("吉林省人民政府", "2025-01-14", "吉林省政府网", 3),
    "四川省": ("四川省人民政府", "2025-01-20", "四川日报", 3),
    "天津市": ("天津市人民政府", "2025-01-14", "天津人大—天津日报", 3),
    "宁夏": ("宁夏回族自治区人民政府", "2025-01-19", "青海日报", 2),
    "安徽省": ("安徽省人民政府", "2025-01-20", "省政府政策研究室", 3),
    "山东省": ("山东省人民政府", "2025-01-20", "大众新闻客户端", 3),
    "山西省": ("山西省人民政府", "2025-01-17", "山西日报", 3),
    "广东省": ("广东省人民政府", "2025-01-15", "南方日报", 2),
    "广西": ("广西壮族自治区人民政府", "2025-01-13", "广西日报", 2),
    "新疆": ("新疆维吾尔自治区人民政府", "2025-01-19", "新疆日报", 3),
    "江苏省": ("江苏省人民政府", "2025-01-19", "江苏新闻", 3),
    "江西省": ("江西省人民政府", "2025-01-17", "江西省人民政府", 2),
    "河北省": ("河北省人民政府", "2025-01-13", "河北日报", 2),
    "河南省": ("河南省人民政府", "2025-01-18", None, 3),
    "浙江省": ("浙江省人民政府", "2025-01-14", "浙江日报", 2),
    "海南省": ("海南省人民政府", "2025-01-14", "海南日报", 3),
    "湖北省": ("湖北省人民政府", "2025-01-16", "湖北日报", 3),
    "湖南省": ("湖南省人民政府", "2025-01-14", "湖南日报", 3),
    "甘肃省": ("甘肃省人民政府", "2025-01-20", "甘肃日报", 3),
    "福建省": ("福建省人民政府", "2025-01-13", "福建日报", 3),
    "西藏": ("西藏自治区人民政府", "2025-01-19", "西藏日报", 2),
    "贵州省": ("贵州省人民政府", "2025-01-19", "贵州日报", 2),
    "辽宁省": ("辽宁省人民政府", "2025-01-16", "辽宁日报", 3),
    "重庆市": ("重庆市人民政府", "2025-01-19", "重庆日报", 3),
    "陕西省": ("陕西省人民政府", "2025-01-16", "陕西日报", 2),
    "青海省": ("青海省人民政府", "2025-01-19", "青海日报", 3),
    "黑龙江省": ("黑龙江省人民政府", "2025-01-13", "黑龙江新闻网", 4),
}
ANNEXES = ("附件", "名词解释", "《政府工作报告》有关内容名词注释")


def assert_complete(document: ParsedDocument) -> None:
    spans = sorted([(p.start, p.end) for p in document.passages] + list(document.boilerplate))
    position = 0
    for start, end in spans:
        assert position <= start < end
        assert not document.text[position:start].strip()
        position = end
    assert not document.text[position:].strip()
    assert all(0 < p.end - p.start <= 500 for p in document.passages)


def outline(document: ParsedDocument, depth: int) -> list[str]:
    out: list[str] = []
    for passage in document.passages:
        if len(passage.heading_path) >= depth and passage.heading_path[depth - 1] not in out:
            out.append(passage.heading_path[depth - 1])
    return out


@pytest.fixture(scope="module")
def seed(shared: Path) -> ParsedDocument:
    path = next((shared / "seed").glob("*.txt"))
    return parse(read_file(path), path.name)


@pytest.fixture(scope="module")
def provinces(shared: Path) -> dict[str, ParsedDocument]:
    folder = shared / "data" / "reports" / "provincial-2025"
    if not folder.is_dir():
        pytest.skip("needs the provincial reports in ../shared/data")
    return {
        p.name.removeprefix("2025年").partition("政府工作报告")[0]: parse(read_file(p), p.name)
        for p in sorted(folder.glob("*.docx"))
    }


def test_seed_report(seed: ParsedDocument) -> None:
    assert_complete(seed)
    assert (seed.title, seed.date) == ("政府工作报告", "2023-02-24")
    assert (seed.organisation, seed.source) == ("晋城市城区人民政府", "城区融媒")
    assert outline(seed, 1) == ["一、2022年工作回顾", "二、2023年工作安排", "三、全面加强政府自身建设"]
    second = outline(seed, 2)
    assert [h[:3] for h in second] == [f"({n})" for n in "一二三四五六七八九十"]
    assert second[1] == "(二)坚持不懈狠抓项目建设,构筑高质量发展新支撑"
    assert {p.heading_path[0] for p in seed.passages if len(p.heading_path) == 2} == {"二、2023年工作安排"}


def test_seed_report_front_and_edges(seed: ParsedDocument) -> None:
    first = seed.passages[0]
    quote = seed.text[first.start : first.end]
    assert first.heading_path == ()
    assert all(words in quote for words in ("政府工作报告", "发布时间:2023-02-24", "区长范永星", "各位代表"))
    aside = [seed.text[a:b] for a, b in seed.boilerplate]
    assert aside[0] == "中国政府网 | 山西省人民政府 | 晋城市人民政府"
    assert aside[-1].startswith("网站标识码")
    assert len(aside) == 7


def test_provinces_outline(provinces: dict[str, ParsedDocument]) -> None:
    assert provinces.keys() == PROVINCES.keys()
    for name, document in provinces.items():
        assert_complete(document)
        assert document.boilerplate == ()
        tops = [h for h in outline(document, 1) if not h.startswith(ANNEXES)]
        assert len(tops) == PROVINCES[name][3], (name, tops)


def test_provinces_metadata(provinces: dict[str, ParsedDocument]) -> None:
    found = {n: (d.organisation, d.date, d.source) for n, d in provinces.items()}
    assert found == {n: expected[:3] for n, expected in PROVINCES.items()}
    assert all(d.title == d.text.split("\n")[0].strip() for d in provinces.values())


def test_provinces_are_cut_evenly(provinces: dict[str, ParsedDocument]) -> None:
    sizes = sorted(p.end - p.start for d in provinces.values() for p in d.passages)
    assert sizes[len(sizes) // 10] >= 100
    assert sizes[len(sizes) // 2] >= 200
    assert sum(1 for s in sizes if s < 40) <= len(sizes) // 200


def national(shared: Path) -> Iterator[tuple[str, str]]:
    path = shared / "data" / "reports" / "national" / "1954-2019.txt"
    if not path.is_file():
        pytest.skip("needs the national reports in ../shared/data")
    with path.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            year, _, text = line.rstrip("\n").partition("\t")
            if text:
                yield year, text


def test_national_reports_without_line_breaks(shared: Path) -> None:
    for year, text in national(shared):
        if int(year) % 9:
            continue
        document = parse(text.encode(), f"{year}.txt")
        assert_complete(document)
        assert len(document.passages) >= len(text) / 500
        if "月" in text[:80] and "日在" in text[:80]:
            assert (document.date or "").startswith(year)
            assert document.organisation == "国务院"


def test_reading_comprehension_paragraphs(shared: Path) -> None:
    path = shared / "data" / "cmrc2018" / "trial.json"
    if not path.is_file():
        pytest.skip("needs CMRC 2018 trial in ../shared/data")
    records = json.loads(path.read_text(encoding="utf-8"))
    records = records["data"] if isinstance(records, dict) else records
    contexts = [p["context"] for r in records for p in r["paragraphs"]]
    for context in contexts:
        document = parse(context.encode(), "段落.txt")
        assert_complete(document)
        assert {p.heading_path for p in document.passages} == {()}
        assert document.boilerplate == ()
        sizes = [p.end - p.start for p in document.passages]
        assert len(sizes) == 1 or min(sizes) >= 100
