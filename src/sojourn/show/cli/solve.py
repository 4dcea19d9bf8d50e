"""`sojourn solve`: what would have to be true for a target to be met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sojourn.inputs import months
from sojourn.inputs.errors import InputError
from sojourn.show import i18n
from sojourn.show.cli import drawing, options, progress
from sojourn.show.cli.emit import emit
from sojourn.show.i18n import say

if TYPE_CHECKING:
    from sojourn.questions.solve import Answer, Point

Lever = Annotated[
    str,
    typer.Option(
        "--lever",
        metavar="NAME",
        help=say("Parameter to move, such as rpd.capacity.", "Paramètre à déplacer."),
    ),
]
Aim = Annotated[
    str,
    typer.Option(
        "--target",
        metavar="'SERIES OP VALUE @ M'",
        help=say(
            "Target, such as 'rpd.wait_new <= 12 @ 2028-03'; a cell is written"
            " shelter.occupied[item=Toronto].",
            "Cible, p. ex. 'rpd.wait_new <= 12 @ 2028-03'; une cellule s'écrit"
            " shelter.occupied[item=Toronto].",
        ),
    ),
]
Chance = Annotated[
    float,
    typer.Option(
        "--probability",
        help=say("Part of the members that must meet it.", "Part des membres qui l'atteignent."),
    ),
]
Between = Annotated[
    str | None,
    typer.Option(
        "--between",
        metavar="LOW,HIGH",
        help=say("Range of lever values searched.", "Intervalle de valeurs cherché."),
    ),
]
Against = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="NAME=V1,V2,...",
        help=say(
            "A second lever: solve the first at each of its values (a curve of trade-offs).",
            "Un second levier : résoudre le premier à chacune de ses valeurs.",
        ),
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="YYYY-MM",
        help=say(
            "Month from which the lever moves [default: 2026-01].",
            "Mois à partir duquel le levier bouge [par défaut : 2026-01].",
        ),
    ),
]
Chart = Annotated[
    str | None,
    typer.Option(
        "--chart",
        metavar="FILE",
        help=say(
            "Draw lever against target into this .svg or .png file.",
            "Dessiner le levier et la cible dans ce fichier .svg ou .png.",
        ),
    ),
]


def solve(
    scenario: options.Name,
    lever: Lever,
    target: Aim,
    probability: Chance = 0.8,
    between: Between = None,
    against: Against = None,
    from_: Since = None,
    members: options.Members = 200,
    seed: options.Seed = 0,
    workers: options.Workers = None,
    set_: options.Set = None,
    chart: Chart = None,
    json: options.Json = False,
    csv: options.Csv = None,
    parquet: options.Parquet = None,
    lang: options.Lang = "en",
) -> None:
    options.language(lang)
    chosen = options.scenario(scenario, set_)
    low, high = _between(between)
    drawing.check("--chart", chart)
    from sojourn.questions import solve as questions

    asked: dict[str, Any] = {
        "probability": probability,
        "members": options.members(members),
        "seed": options.seed(seed),
        "since": questions.FROM if from_ is None else options.month(from_, "--from"),
        "low": low,
        "high": high,
        "workers": options.workers(workers),
    }
    if against is not None:
        other, values = _against(against)
        with progress.waiting(lang):
            points = questions.trade_off(chosen, lever, other, values, target, **asked)
        _emit_curve(points, other, json, csv, parquet, lang)
        return
    with progress.waiting(lang):
        answer = questions.solve(chosen, lever, target, **asked)
    if chart is not None:
        drawing.draw(picture(answer, lang), chart, lang)
    seen = [{"lever": lever, **vars(one)} for one in answer.seen]
    if csv or parquet:
        emit(seen, csv=csv, parquet=parquet, lang=lang, table="")
    if csv != "-":
        emit(answer.as_json(), json=json, lang=lang, table=sentence(answer, lang))


solve.__doc__ = say(
    """Find the lever's value that reaches a target with a given probability.

    The same draws are used at every value tried. A target out of reach, or a
    lever that works both ways, is said, with the closest value.

    Examples:

      sojourn solve baseline --lever rpd.capacity --target 'rpd.wait_new <= 12 @ 2028-03'

      sojourn solve baseline --lever rpd.members --target 'rpd.pending <= 100000 @ 2030-12'

      sojourn solve baseline --lever rpd.capacity --target 'rpd.wait_new <= 12 @ 2028-03'
      --against arrivals.inland.factor=0.8,1,1.2
    """,
    """Trouver la valeur du levier qui atteint une cible avec une probabilité donnée.

    Les mêmes tirages servent à chaque valeur essayée. Une cible hors
    d'atteinte, ou un levier qui joue dans les deux sens, est signalée, avec
    la valeur la plus proche.

    Exemples :

      sojourn solve baseline --lever rpd.capacity --target 'rpd.wait_new <= 12 @ 2028-03'

      sojourn solve baseline --lever rpd.members --target 'rpd.pending <= 100000 @ 2030-12'
    """,
)


def sentence(answer: Answer, lang: str) -> str:
    """The answer as a person would say it."""
    shown = i18n.number(answer.value, lang)
    chance = i18n.number(100 * answer.probability, lang)
    since = months.text(answer.since)
    present = i18n.number(answer.base, lang)
    if not answer.reached:
        return say(
            f"Cannot: {answer.why}.\n{answer.target.text}: closest with {answer.lever} = {shown}"
            f" from {since} (met by {chance} % of members; today {present}).",
            f"Impossible : {answer.why_fr}.\n{answer.target.text} : au plus près avec"
            f" {answer.lever} = {shown} dès {since} (atteint par {chance} % des membres;"
            f" aujourd'hui {present}).",
            lang,
        )
    low, high = i18n.number(answer.low, lang), i18n.number(answer.high, lang)
    return say(
        f"{answer.lever} = {shown} {answer.unit} from {since} meets {answer.target.text}\n"
        f"in {chance} % of members (90 % interval {low} to {high}; today {present})."
        + (f"\n{answer.why}." if answer.why else ""),
        f"{answer.lever} = {shown} {answer.unit} dès {since} atteint {answer.target.text}\n"
        f"dans {chance} % des membres (intervalle à 90 % : {low} à {high}; aujourd'hui {present})."
        + (f"\n{answer.why_fr}." if answer.why_fr else ""),
        lang,
    )


def picture(answer: Answer, lang: str) -> dict[str, Any]:
    """The outcome against the lever: band and median at the values tried, target, answer."""
    from sojourn.inputs import series as declared
    from sojourn.show import charts

    series = declared.get(answer.target.series)
    name = series.fr if lang == "fr" else series.en
    return charts.lever(
        [{"lever": s.value, "q05": s.low, "q50": s.median, "q95": s.high} for s in answer.seen],
        lang,
        target=answer.target.value,
        found=answer.value if answer.reached else None,
        x_title=answer.lever,
        y_title=f"{name}, {months.text(answer.target.month)}",
        title=name,
        subtitle=say(
            f"Met in {i18n.number(100 * answer.asked, lang)} % of members at the line",
            f"Atteinte dans {i18n.number(100 * answer.asked, lang)} % des membres à la ligne",
            lang,
        )
        if answer.reached
        else say("Not reached in the range searched", "Non atteinte dans l'intervalle", lang),
    )


def _between(text: str | None) -> tuple[float | None, float | None]:
    if text is None:
        return None, None
    numbers = _numbers(text, "--between")
    if len(numbers) != 2:
        raise InputError("--between", "range", text, "two numbers, LOW,HIGH")
    return numbers[0], numbers[1]


def _against(text: str) -> tuple[str, list[float]]:
    name, equals, values = text.partition("=")
    if not equals:
        raise InputError("--against", "lever", text, "NAME=V1,V2,...")
    numbers = _numbers(values, "--against")
    if len(numbers) > 50:
        raise InputError("--against", "values", len(numbers), "at most 50 values")
    return name.strip(), numbers


def _numbers(text: str, option: str) -> list[float]:
    try:
        return [float(word) for word in text.split(",")]
    except ValueError:
        raise InputError(option, "value", text, "numbers, by commas") from None


def _emit_curve(
    points: tuple[Point, ...],
    other: str,
    json: bool,
    csv: str | None,
    parquet: str | None,
    lang: str,
) -> None:
    rows = [
        {
            other: point.other,
            "lever": point.answer.lever,
            "value": point.answer.value,
            "unit": point.answer.unit,
            "reached": point.answer.reached,
            "probability": point.answer.probability,
            "low": point.answer.low,
            "high": point.answer.high,
            "why": say(point.answer.why, point.answer.why_fr, lang),
        }
        for point in points
    ]
    emit(rows, json=json, csv=csv, parquet=parquet, lang=lang)
