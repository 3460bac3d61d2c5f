"""The page of one run: what the model is, a clip beside its input, scores, cases, holes, where numbers came from."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from bench.errors import BadResults
from bench.runs import RunFolder
from bench.web import content
from bench.web.content import Heading
from bench.web.pages import along, model, model_cases
from bench.web.pages.model_parts import ModelParts
from leaderboard import inputs, model_clip, notices, ranked, source
from leaderboard.choices import choose
from leaderboard.place import place

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
    names = {each: board.names[each] for each, of in board.suite_of.items() if of == suite}
    place([*head, *model.others(run, names)], "header")
    # the clip stands above the tabs: what a tab says of a case is seen there at once
    clip_rows = model_clip.choose_clip(rows)
    if len(clip_rows):
        model_clip.show(folder, clip_rows)
    scores = board.scores[board.scores["run"] == run]
    _show_tabs(ModelParts(line, suite, rows, scores, board.catalogue), clip_rows, folder)


def _show_tabs(parts: ModelParts, clip_rows: pd.DataFrame, folder: RunFolder | None) -> None:
    """One of TABS; what is not looked at is not drawn."""
    clip, scores, cases, time, holes, numbers = st.tabs(TABS, key="tab", bind="query-params")
    with clip:
        if clip.open:
            place(along.of_clip(clip_rows, parts.known), "clip")
    with scores:
        if scores.open:
            place(parts.scores(dict(zip(clip_rows["metric"], clip_rows["value"], strict=True))), "scores")
    with cases:
        if cases.open:
            _show_cases(parts, folder)
    with time:
        if time.open:
            place(parts.over_time(), "time")
    with holes:
        if holes.open:
            place(parts.missing(), "holes")
    with numbers:
        if numbers.open:
            place(parts.provenance(clip_rows), "origin")


def _show_cases(parts: ModelParts, folder: RunFolder | None) -> None:
    rows, known = parts.rows, parts.known
    metrics = model_cases.telling_metrics(rows, known)
    if not metrics:
        st.info("No case of this run has a value.")
        return
    metric = choose(st.container(), "By metric", metrics, key="by")
    blocks = model_cases.by_metric(rows, metric, known, parts.line.run, _images(folder, rows))
    place([*blocks, *parts.cases()], "cases")


def _images(folder: RunFolder | None, rows: pd.DataFrame) -> dict[str, str]:
    """Case -> address of its input image, as the run knew it; '' where the image is gone."""
    if folder is None:
        return {}
    try:
        known = {case.id: case.image for case in source.suite_of(folder).cases}
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
