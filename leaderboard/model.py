"""The page of one run: what the model is, a clip beside its input, scores, cases, holes, where numbers came from."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from bench.errors import BadResults
from bench.runs import RunFolder
from bench.scoring.standings import Line
from bench.web import content
from bench.web.content import Heading
from bench.web.pages import along, model, model_cases, origin
from leaderboard import inputs, model_clip, notices, ranked, source
from leaderboard.choices import choose
from leaderboard.place import place
from leaderboard.source import Board

TABS = ("This clip", "Scores", "Cases", "Over time", "Missing values", "Provenance")


def show() -> None:
    """Draws the page."""
    st.title("Model", anchor=False)
    board = source.read()
    place(content.problems(board.problems), "problems")
    if board.rows.empty:
        notices.show_empty()
        return
    run = choose(st.container(), "Run", sorted(board.names), key="run")
    rows, folder = source.rows_of(run), source.run_folder(run)
    if rows.empty:
        st.info("The rows of this run are gone: reload the page.")
        return
    suite = board.suite_of[run]
    found = ranked.ranking(board, suite)
    line = next(each for each in found.standing.lines if each.run == run)
    head = [Heading(line.name), *model.header(line, suite, rows, found.standing.recipe)]
    place([*head, *_others(board, run, suite)], "header")
    # the clip stands above the tabs: what a tab says of a case is seen there at once
    clip_rows = model_clip.choose_clip(rows)
    if len(clip_rows):
        model_clip.show(folder, clip_rows)
    _show_tabs(board, line, rows, clip_rows, folder)


def _others(board: Board, run: str, suite: str) -> list[content.Block]:
    """Ways to the comparison with the other runs of the suite."""
    others = [each for each, of in board.suite_of.items() if of == suite and each != run]
    lines = [
        content.Cell(board.names[each], link=content.to_several("compare", (run, each)))
        for each in sorted(others, key=lambda each: (board.names[each], each))
    ]
    return [content.Details("Compare with another run", [content.Listing(tuple(lines))])] if lines else []


def _show_tabs(
    board: Board, line: Line, rows: pd.DataFrame, clip_rows: pd.DataFrame, folder: RunFolder | None
) -> None:
    """One of TABS; what is not looked at is not drawn."""
    clip, scores, cases, time, holes, numbers = st.tabs(TABS, key="tab", bind="query-params")
    known, run = board.catalogue, line.run
    metrics = known.ordered(map(str, rows["metric"].unique()))
    with clip:
        if clip.open:
            place(along.of_clip(clip_rows, known), "clip")
    with scores:
        if scores.open:
            own = board.scores[board.scores["run"] == run]
            values = dict(zip(clip_rows["metric"], clip_rows["value"], strict=True))
            main = known.main(metrics)
            place(
                [model.scores(line, own, known, values), *model_cases.categories(rows, main, known)], "scores"
            )
    with cases:
        if cases.open:
            _show_cases(board, line, rows, folder)
    with time:
        if time.open:
            place(along.of_run(rows, metrics, known), "time")
    with holes:
        if holes.open:
            place([*origin.missing(rows), *origin.missing_by_clip(rows)], "holes")
    with numbers:
        if numbers.open:
            place([origin.provenance(clip_rows if len(clip_rows) else rows)], "origin")


def _show_cases(board: Board, line: Line, rows: pd.DataFrame, folder: RunFolder | None) -> None:
    metrics = model_cases.telling_metrics(rows, board.catalogue)
    if not metrics:
        st.info("No case of this run has a value.")
        return
    metric = choose(st.container(), "By metric", metrics, key="by")
    blocks = model_cases.by_metric(rows, metric, board.catalogue, line.run, _images(folder, rows))
    main = board.catalogue.main(metrics)
    worst = model_cases.extremes(rows, main, board.catalogue, board.suite_of[line.run], line.run)
    place([*blocks, *worst], "cases")


def _images(folder: RunFolder | None, rows: pd.DataFrame) -> dict[str, str]:
    """Case -> address of its input image, as the run knew it; '' where the image is gone."""
    if folder is None:
        return {}
    try:
        known = {case.id: case.image for case in folder.suite.cases}
    except BadResults:
        return {}
    of_cases = rows[rows["case"].notna()].groupby("case")["seed"].min()
    return {
        case: inputs.address(folder.path.name, case, int(seed)) if known[case].is_file() else ""
        for case, seed in of_cases.items()
        if case in known
    }


if __name__ == "__main__":
    show()
