"""What a browser shows of a clip has the clip's colours, whatever its size: previews are drawn to a canvas and read."""

from __future__ import annotations

import base64
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Browser

from bench.media import encoding
from bench.types import Clip, Frames

PATCHES = np.array(
    [[200, 40, 40], [40, 200, 40], [40, 40, 200], [230, 200, 30], [20, 180, 190], [128, 128, 128]], np.uint8
)
"""Saturated and gray: BT.601 shown as BT.709 moves the first by 15 levels, to (213, 55, 39)."""

SIDE = 96

DRAWN = """async ([film, xs]) => {
    const bytes = Uint8Array.from(atob(film), letter => letter.charCodeAt(0));
    const video = document.createElement('video');
    video.muted = true;
    video.src = URL.createObjectURL(new Blob([bytes], {type: 'video/mp4'}));
    await new Promise((done, failed) => {
        video.onerror = () => failed(video.error.message);
        video.onseeked = done;
        video.onloadeddata = () => { video.currentTime = 0.2; };
    });
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    const context = canvas.getContext('2d');
    for (let tries = 0; tries < 200; tries += 1) { // until the frame has been presented: a busy machine takes a while
        context.drawImage(video, 0, 0);
        const read = xs.map(x => [...context.getImageData(x, video.videoHeight / 2, 1, 1).data].slice(0, 3));
        if (read.flat().some(level => level > 0)) return read;
        await new Promise(done => setTimeout(done, 20));
    }
    throw new Error('no frame was drawn');
}"""


def patches(height: int) -> Frames:
    """(4, height, W, 3): the patches side by side."""
    row = np.repeat(PATCHES, SIDE, axis=0)
    return np.broadcast_to(row, (4, height, *row.shape)).copy()


def drawn(browser: Browser, path: Path) -> np.ndarray:
    """(6, 3): the colour in the middle of each patch, as the browser draws the film."""
    page = browser.new_page()
    try:
        middles = [SIDE * number + SIDE // 2 for number in range(len(PATCHES))]
        return np.array(page.evaluate(DRAWN, [base64.b64encode(path.read_bytes()).decode(), middles]))
    finally:
        page.close()


@pytest.mark.parametrize("height", [468, 720])
def test_a_browser_shows_the_colours_of_the_frames(browser: Browser, tmp_path: Path, height: int) -> None:
    """Within 3 levels: limited range, and the encoder.

    Chromium's own arithmetic on the processor (libyuv, 6 bits after the point, at most 2.0) puts 2.0 for the 2.11 by
    which BT.709 takes blue from Cb: up to 0.11 · 85 levels more, in blue alone.
    """
    encoding.write_preview(tmp_path / "a.mp4", Clip(patches(height), 8.0))
    off = np.abs(drawn(browser, tmp_path / "a.mp4") - PATCHES.astype(int))
    assert off[:, :2].max() <= 3
    assert off[:, 2].max() <= 3 + 0.11 * 85


def test_a_preview_says_that_it_is_bt709(tmp_path: Path) -> None:
    """Primaries, transfer and matrix 1 of ITU-T H.273; range 1 is limited (libavutil)."""
    encoding.write_preview(tmp_path / "a.mp4", Clip(patches(64), 8.0))
    with av.open(str(tmp_path / "a.mp4")) as container:
        context = container.streams.video[0].codec_context
        tags = (context.color_primaries, context.color_trc, context.colorspace, context.color_range)
    assert tags == (1, 1, 1, 1)
