"""Numbers and dates as a spreadsheet shows them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.documents.number_format import shown


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0.0523, "0.0%", "5.2%"),
        (0.25, "0%", "25%"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (-1234, "#,##0", "-1,234"),
        (2.5, "0", "3"),
        (1.005, "0.00", "1.01"),
        (-0.4, "0", "0"),
        (5, "000", "005"),
        (1234.5678, "0.##", "1234.57"),
        (7, "0.##", "7"),
        (0.5, "#.0", ".5"),
        (-3.5, "0.0;[Red](0.0)", "(3.5)"),
        (0, '0;-0;"—"', "—"),
        (0, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"),
        (-1234, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-1,234.00"),
        (1234.5, '"¥"#,##0.00', "¥1,234.50"),
        (1234.5, "[$¥-804]#,##0.00", "¥1,234.50"),
        (3, '0"人"', "3人"),
        (12345678, "0.00,,", "12.35"),
        (15000, '0\\.0,"万"', "1.5万"),
        (0.000123, "0.00E+00", "1.23E-04"),
        (5, '[>=60]"及格";[<60]"不及格"', "不及格"),
        (0.1 + 0.2, "General", "0.3"),
        (123456789012, "General", "123456789012"),
        (45000, 'yyyy"年"m"月"d"日"', "2023年3月15日"),
        (45000, "[$-F800]dddd, mmmm dd, yyyy", "Wednesday, March 15, 2023"),
        (45000.75, "yyyy/m/d h:mm", "2023/3/15 18:00"),
        (45000.75, "yyyy-mm-dd hh:mm:ss AM/PM", "2023-03-15 06:00:00 PM"),
        (0.5, '上午/下午h"时"mm"分"', "下午12时00分"),
        (1.5, "[h]:mm", "36:00"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (-5, "yyyy-mm-dd", "-5"),
        (1e30, "0.00", "1e+30"),
        (7, "@", "7"),
        (7, "", ""),
    ],
)
def test_what_is_shown(value: float, code: str, text: str) -> None:
    assert shown(value, code) == text


@given(st.decimals(-(10**9), 10**9, places=4), st.integers(0, 4))
def test_decimals_are_rounded_as_people_round(value: Decimal, places: int) -> None:
    expected = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    code = "#,##0" + ("." + "0" * places if places else "")
    assert Decimal(shown(float(value), code).replace(",", "")) == expected


@given(st.dates(date(1900, 3, 1), date(2100, 12, 31)))
def test_dates_are_counted_from_1900_and_from_1904(day: date) -> None:
    code, text = 'yyyy"年"m"月"d"日"', f"{day.year}年{day.month}月{day.day}日"
    assert shown((day - date(1899, 12, 30)) / timedelta(days=1), code) == text
    if day >= date(1904, 1, 1):
        assert shown((day - date(1904, 1, 1)) / timedelta(days=1), code, from_1904=True) == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.text('0#?.,%;"\\[]<>=ymdhsE+-/@年万_* ', max_size=20))
def test_no_format_and_no_number_breaks_it(value: float, code: str) -> None:
    assert "\n" not in shown(value, code)
