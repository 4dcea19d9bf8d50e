"""The pictures of journeys add up and are drawn in both languages."""

import pytest

from sojourn.questions import journeys
from sojourn.show import charts, journey_charts


@pytest.fixture(scope="module")
def sample() -> journeys.Journeys:
    return journeys.journeys("baseline", n=800, start="2018-01", until="2027-12")


def test_what_enters_a_node_leaves_it_except_at_the_ends(sample) -> None:
    links = journey_charts.links(sample)
    ends = set(journey_charts.COLUMNS[-1])
    nodes = {b for _, b in links} - ends
    assert nodes >= {"rpd", "rad", "removal"}
    for node in nodes:
        into = sum(v for (_, b), v in links.items() if b == node)
        out = sum(v for (a, _), v in links.items() if a == node)
        assert into == pytest.approx(out), node


def test_every_person_is_drawn_once(sample) -> None:
    links = journey_charts.links(sample)
    began = sum(v for (a, _), v in links.items() if a == "eligibility")
    ended = sum(v for (_, b), v in links.items() if b in journey_charts.COLUMNS[-1])
    assert began == pytest.approx(sample.n * sample.weight)
    # "not removed" may be passed on the way to another end
    assert ended >= began * (1 - 1e-9)


@pytest.mark.parametrize(("lang", "word"), [("en", "Protected"), ("fr", "Protégées")])
def test_both_pictures_are_drawn_in_both_languages(sample, lang: str, word: str) -> None:
    assert word in charts.svg(journey_charts.sankey(sample, lang))
    assert "<svg" in charts.svg(journey_charts.timeline(sample, lang, persons=12))
