"""Places named in questions and documents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.place import PROVINCES, Verdict, asked_places, compare, document_places, full_name, places_in, told_elsewhere


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("2018年青山区的GDP是多少？", ("青山区",)),
        ("武汉市青山区2022年一般公共预算收入", ("武汉市", "青山区")),
        ("山西2024年粮食产量", ("山西",)),
        ("山西省2024年粮食产量", ("山西",)),
        ("內蒙古自治區去年增長多少", ("内蒙古",)),
        ("东城街道有多少个社区", ("东城街道",)),
        ("我国2018年粮食产量", ("全国",)),
        ("青岛市市南区的学校", ("青岛市", "市南区")),
        ("阿拉善盟的面积", ("阿拉善盟",)),
        ("浦东新区的产值", ("浦东新区",)),
        ("黔南州2023年接待多少游客", ("黔南州",)),
        ("同心县有多少人", ("同心县",)),
        ("晋城市2022年的收入", ("晋城市",)),
        ("成都市有多少人", ("成都市",)),
        # Namesakes of provinces.
        ("吉林市有多少人", ("吉林市",)),
        ("吉林省吉林市有多少人", ("吉林", "吉林市")),
        ("天津市河北区有多少人", ("天津", "河北区")),
        ("海南藏族自治州有多少人", ("海南藏族自治州",)),
        ("山西市场有多大", ("山西",)),
        ("广东市县财政支出", ("广东",)),
        ("云南大理白族自治州有多少人", ("云南", "大理白族自治州")),
    ],
)
def test_places_by_table_and_by_shape(question: str, places: tuple[str, ...]) -> None:
    assert asked_places(question) == places


@pytest.mark.parametrize(
    "question",
    [
        "老旧小区改造多少个",
        "工业园区建设了几个",
        "全市新建多少公里公路",
        "贫困山区有多少",
        "北京大学在哪里",
        "市场主体多少户",
        "城市更新",
        "大城市有几个",
        "一线城市有几个",
        "国际大都市建设得怎么样",
        "乡镇卫生院",
        "新增上市公司多少家",
        "经济技术开发区",
        "红旗渠有多长",
        "县城常住人口",
    ],
)
def test_common_nouns_and_other_names_are_no_places(question: str) -> None:
    assert asked_places(question) == ()


def test_the_end_of_a_way_is_not_what_is_asked_for() -> None:
    assert "北京" not in asked_places("从呼和浩特到北京的高铁开通了吗")


@pytest.mark.parametrize("place", sorted(PROVINCES))
def test_short_and_full_names_are_the_same_place(place: str) -> None:
    assert places_in(f"2025年{full_name(place)}政府工作报告") == places_in(f"2025年{place}的目标") == (place,)
    asked, told = asked_places(f"{place}2025年的目标"), document_places(f"2025年{full_name(place)}政府工作报告", None)
    assert compare(asked, told) is Verdict.MATCH


def test_a_documents_place_comes_from_its_title_and_then_its_organisation() -> None:
    assert document_places("2020年政府工作报告", "武汉市青山区人民政府") == ("青山区",)
    assert document_places("2018年国务院政府工作报告", "国务院") == ("全国",)
    assert document_places("关于试验田的记录", None) == ()


@pytest.mark.parametrize(
    ("asked", "told", "verdict"),
    [
        (("山西",), ("陕西",), Verdict.MISMATCH),
        (("青山区",), ("洪山区",), Verdict.MISMATCH),
        (("湖北",), ("青山区",), Verdict.UNKNOWN),
        (("武汉市", "青山区"), ("青山区",), Verdict.MATCH),
        (("全国",), ("山西",), Verdict.MISMATCH),
        (("山西",), ("全国",), Verdict.UNKNOWN),
        ((), ("山西",), Verdict.UNKNOWN),
        (("山西",), (), Verdict.UNKNOWN),
    ],
)
def test_comparison(asked: tuple[str, ...], told: tuple[str, ...], verdict: Verdict) -> None:
    assert compare(asked, told) is verdict


@given(st.text(alphabet="市区县省镇乡街道山西青海全国的在2018年北京，。 abc", max_size=30))
def test_any_text_is_read(text: str) -> None:
    for place in (*places_in(text), *asked_places(text)):
        assert place


@pytest.mark.parametrize(
    ("place", "title", "organisation", "elsewhere"),
    [
        ("太原市", "政府工作报告", "晋城市城区人民政府", True),
        ("晋城市", "政府工作报告", "晋城市城区人民政府", False),
        ("山西", "政府工作报告", "晋城市城区人民政府", False),
        ("河北", "2025年山西省政府工作报告", None, True),
        ("青山区", "洪山区政府工作报告", None, False),
        ("太原市", "政府工作报告", None, False),
    ],
)
def test_a_document_of_another_province_or_city(
    place: str, title: str, organisation: str | None, elsewhere: bool
) -> None:
    assert told_elsewhere(place, title, organisation) is elsewhere
