from lxml import etree

from articles.charts import WIDTH, Bar, draw_columns, draw_rows

SVG = "{http://www.w3.org/2000/svg}"


def read(drawing: str) -> etree._Element:
    return etree.fromstring(drawing.replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))


def widths(drawing: str) -> list[float]:
    return [float(rect.get("width", "0")) for rect in read(drawing).iter(f"{SVG}rect")]


def test_rows_are_as_long_as_their_figures() -> None:
    half, whole, none = widths(draw_rows([Bar("a", 5), Bar("b", 10), Bar("c", 0)], "t"))

    assert half * 2 == whole
    assert none == 0


def test_one_among_millions_is_still_seen() -> None:
    assert min(widths(draw_rows([Bar("a", 1), Bar("b", 10_000_000)], "t"))) >= 2


def test_columns_stay_inside_the_drawing() -> None:
    drawn = read(draw_columns([Bar(f"{hour}", hour) for hour in range(24)], "t", every=3))

    for rect in drawn.iter(f"{SVG}rect"):
        assert 0 <= float(rect.get("x", "-1")) <= WIDTH
        assert float(rect.get("y", "-1")) >= 0


def test_who_sees_no_drawing_is_told_its_figures() -> None:
    label = read(draw_rows([Bar("sent", 1200), Bar("failed", 0)], "What it did")).get("aria-label")

    assert label == "What it did: sent 1,200"


def test_a_label_of_a_publisher_is_text() -> None:
    assert read(draw_rows([Bar('<script>"&', 1)], "t")).find(f".//{SVG}script") is None


def test_a_chart_of_nothing_says_so() -> None:
    assert "nothing yet" in draw_columns([], "Articles")
