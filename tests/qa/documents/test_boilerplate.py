"""What is navigation and what is not."""

from __future__ import annotations

import pytest

from qa.documents.boilerplate import is_navigation


@pytest.mark.parametrize(
    "line",
    [
        "某某市人民政府网 | 政务公开 | 办事服务 | 互动交流 | 数据发布",
        "中国政府网 | 某某省人民政府 | 某某市人民政府",
        "当前位置:首页 > 专题专栏 > 报告解读",
        "网站支持IPv6 繁體中文 无障碍",
        "关于我们 | 网站声明 | 网站地图| 联系我们",
    ],
)
def test_site_bars_and_breadcrumbs_are_navigation(line: str) -> None:
    assert is_navigation(line)


@pytest.mark.parametrize(
    "line",
    [
        "政府工作报告",
        "发布时间：2022-01-26 | 来源：市政府办公室 | 公开方式：主动公开",
        "一、2022年工作回顾",
        "区长 范永星",
        "全年实现地区生产总值317.2亿元，增长3.2%。",
    ],
)
def test_what_a_reader_wants_is_not(line: str) -> None:
    assert not is_navigation(line)
