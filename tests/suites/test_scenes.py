"""Scenes: what render says about motion is what its frames show."""

import json
import math
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray
from scipy.interpolate import RectBivariateSpline

from bench.errors import UsageError
from bench.media import pictures, video
from bench.suites import scenes
from bench.suites.scenes import Scene
from bench.types import Case

MOVES = {
    "pan_left": 3.3, "pan_right": 3.3, "tilt_up": 1.7, "tilt_down": 1.7, "zoom_in": 2.0, "zoom_out": 2.0,
    "roll_left": 1.3, "roll_right": 1.3, "static": 0.0,
}  # fmt: skip
OPPOSITE = {"pan_left": "pan_right", "tilt_up": "tilt_down", "zoom_in": "zoom_out"}


@pytest.fixture(scope="session")
def speckle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Black and white blocks at random in each channel: after the widest blur there is contrast everywhere."""
    path = tmp_path_factory.mktemp("textures") / "speckle.png"
    blocks = np.random.default_rng(0).integers(2, size=(33, 40, 3), dtype=np.uint8) * 255
    pictures.write(path, blocks.repeat(6, axis=0).repeat(6, axis=1))
    return path


def scene(texture: Path, kind: str, speed: float | None = None, **changes: object) -> Scene:
    small: dict[str, object] = {"width": 96, "height": 64, "num_frames": 5}
    return Scene(texture, kind, MOVES[kind] if speed is None else speed, **{**small, **changes})  # type: ignore[arg-type]


def disc(texture: Path, patch: Path, **changes: object) -> Scene:
    return scene(texture, "object", **{"speed": 6.0, "patch": patch, "diameter": 24, "seed": 3, **changes})  # type: ignore[arg-type]


def grid(width: int, height: int) -> NDArray[np.float64]:
    return np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=2).astype(float)


def seen_next(
    frames: NDArray[np.uint8], t: int, flow: NDArray[np.float32]
) -> tuple[NDArray[np.float64], ...]:
    """Frame t + 1 at the places where flow says that the pixels of frame t went, and which of those are inside.

    Sampled with FITPACK's splines: another implementation than the one that rendered.
    """
    height, width = frames.shape[1:3]
    there = grid(width, height) + flow
    levels = [
        RectBivariateSpline(np.arange(height), np.arange(width), frames[t + 1, ..., c].astype(float)).ev(
            there[..., 1], there[..., 0]
        )
        for c in range(3)
    ]
    # a spline knows less within a few pixels of the edge
    inside = (there > 3).all(axis=2) & (there < np.array([width, height]) - 4).all(axis=2)
    return np.stack(levels, axis=2), inside


class TestTruth:
    @pytest.mark.parametrize("kind", MOVES)
    def test_the_flow_says_where_the_content_went(self, speckle: Path, kind: str) -> None:
        # blur 3: what a spline cannot interpolate (half the Nyquist frequency and above) is damped by
        # exp(-(3 π/2)² / 2) = 1.5e-5. Left are two roundings to whole levels: 0.5 in frame t, and 0.5 in frame t + 1
        # times the spline's Lebesgue constant, 1.55 a dimension: 0.5 + 0.5 · 1.55² = 1.7.
        clip = scene(speckle, kind, blur=3.0)
        frames = scenes.frames(clip)
        assert frames.std() > 5
        for t in (0, 3):
            seen, inside = seen_next(frames, t, scenes.flow(clip, t))
            assert inside.mean() > 0.6
            assert np.abs(seen - frames[t])[inside].max() <= 1.75

    @pytest.mark.parametrize("kind", MOVES)
    def test_a_flow_off_by_half_a_pixel_would_be_noticed(self, speckle: Path, kind: str) -> None:
        clip = scene(speckle, kind, blur=3.0)
        frames = scenes.frames(clip)
        seen, inside = seen_next(frames, 0, scenes.flow(clip, 0) + np.float32(0.5))
        assert np.abs(seen - frames[0])[inside].max() > 3.5

    def test_disc_and_background_go_where_the_flow_says(self, speckle: Path) -> None:
        clip = disc(speckle, speckle, blur=3.0)
        frames, way = scenes.frames(clip), np.array(scenes.trajectory(clip))
        places = grid(clip.width, clip.height)
        for t in range(clip.num_frames - 1):
            seen, inside = seen_next(frames, t, scenes.flow(clip, t))
            now, then = (np.linalg.norm(places - way[k], axis=2) for k in (t, t + 1))
            # the rim is mixed from both, and a spline carries it about 6 pixels (its kernel decays by 3.7 a pixel)
            disc_itself = now < clip.diameter / 2 - 7
            background = inside & (now > clip.diameter / 2 + 7) & (then > clip.diameter / 2 + 7)
            assert disc_itself.sum() > 50
            assert background.sum() > 500
            assert (
                np.abs(seen - frames[t])[disc_itself | background].max() <= 1.9
            )  # 1.75, and 40 levels · 3.7⁻⁶

    def test_whole_pixels_move_without_interpolation(self, speckle: Path) -> None:
        frames = scenes.frames(scene(speckle, "pan_left", 4.0))
        assert (frames[1][:, 4:] == frames[0][:, :-4]).all()  # the camera goes left, the content right
        frames = scenes.frames(scene(speckle, "tilt_up", 3.0))
        assert (frames[1][3:] == frames[0][:-3]).all()  # the camera goes up, the content down

    def test_static_is_still(self, speckle: Path) -> None:
        frames = scenes.frames(scene(speckle, "static"))
        assert (frames == frames[0]).all()

    @pytest.mark.parametrize(("kind", "opposite"), OPPOSITE.items())
    def test_the_opposite_move_is_the_clip_backwards(self, speckle: Path, kind: str, opposite: str) -> None:
        there, back = scenes.frames(scene(speckle, kind)), scenes.frames(scene(speckle, opposite))
        # the same points of the same sheet, but for rounding in the sixteenth digit
        assert np.abs(there.astype(int) - back[::-1]).max() <= 1
        assert (there == back[::-1]).mean() > 0.999


class TestClosedForms:
    """The flow of each move, written down by hand from the module's table."""

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [("pan_left", (2.5, 0)), ("pan_right", (-2.5, 0)), ("tilt_up", (0, 2.5)), ("tilt_down", (0, -2.5))],
    )
    def test_pan_and_tilt_move_the_content_the_other_way(
        self, speckle: Path, kind: str, expected: tuple[float, float]
    ) -> None:
        flow = scenes.flow(scene(speckle, kind, 2.5), 2)
        assert flow.shape == (64, 96, 2)
        assert flow.dtype == np.float32
        np.testing.assert_allclose(flow, np.broadcast_to(expected, flow.shape), atol=1e-5)

    @pytest.mark.parametrize(("kind", "growth"), [("zoom_in", 1.02), ("zoom_out", 1 / 1.02)])
    @pytest.mark.parametrize("focus", [(0.5, 0.5), (0.2, 0.9)])
    def test_zoom_scales_around_the_focus(
        self, speckle: Path, kind: str, growth: float, focus: tuple[float, float]
    ) -> None:
        flow = scenes.flow(scene(speckle, kind, 2.0, focus=focus), 1)
        from_focus = grid(96, 64) - np.array([focus[0] * 95, focus[1] * 63])
        np.testing.assert_allclose(flow, (growth - 1) * from_focus, atol=1e-5)

    @pytest.mark.parametrize(("kind", "degrees"), [("roll_left", 1.3), ("roll_right", -1.3)])
    def test_roll_turns_around_the_middle(self, speckle: Path, kind: str, degrees: float) -> None:
        """The camera rolls left, the content turns clockwise: right of the middle it sinks (y grows)."""
        flow, angle = scenes.flow(scene(speckle, kind), 0), math.radians(degrees)
        x, y = np.moveaxis(grid(96, 64) - np.array([47.5, 31.5]), 2, 0)
        expected = [
            x * math.cos(angle) - y * math.sin(angle) - x, x * math.sin(angle) + y * math.cos(angle) - y,
        ]  # fmt: skip
        np.testing.assert_allclose(flow, np.stack(expected, axis=2), atol=1e-5)
        assert (flow[32, 90, 1] > 0) == (kind == "roll_left")

    def test_a_still_camera_has_no_flow(self, speckle: Path) -> None:
        assert (scenes.flow(scene(speckle, "static"), 0) == 0).all()


class TestDisc:
    def test_it_is_where_the_trajectory_says(self, tmp_path: Path) -> None:
        black, white = tmp_path / "black.png", tmp_path / "white.png"
        pictures.write(black, np.zeros((80, 110, 3), np.uint8))
        pictures.write(white, np.full((40, 40, 3), 255, np.uint8))
        clip = disc(black, white)
        for frame, expected in zip(scenes.frames(clip)[..., 0], scenes.trajectory(clip) or (), strict=True):
            centre = np.tensordot(frame, grid(96, 64), axes=2) / frame.sum()
            # symmetric up to where the grid cuts the rim of one pixel
            np.testing.assert_allclose(centre, expected, atol=0.03)
            assert frame.sum() / 255 == pytest.approx(math.pi * 12**2, rel=0.01)

    def test_its_texture_is_centred_on_it(self, tmp_path: Path) -> None:
        """A bump in the middle of the patch has its centroid where the trajectory says."""
        black, bump = tmp_path / "black.png", tmp_path / "bump.png"
        pictures.write(black, np.zeros((80, 110, 3), np.uint8))
        radius = np.linalg.norm(grid(27, 27) - 13, axis=2)  # 24 and 3 to spare: the patch is not scaled
        levels = np.uint8(255 * np.exp(-(radius**2) / 18))
        pictures.write(bump, np.repeat(levels[..., None], 3, axis=2))
        clip = disc(black, bump)
        for frame, expected in zip(scenes.frames(clip)[..., 0], scenes.trajectory(clip) or (), strict=True):
            np.testing.assert_allclose(
                np.tensordot(frame, grid(96, 64), axes=2) / frame.sum(), expected, atol=0.03
            )

    def test_mask_and_flow_follow_it(self, speckle: Path) -> None:
        clip = disc(speckle, speckle)
        way = np.array(scenes.trajectory(clip))
        mask, flow = scenes.object_mask(clip, 1), scenes.flow(clip, 1)
        assert mask.sum() == pytest.approx(math.pi * 12**2, rel=0.03)
        np.testing.assert_allclose(flow[mask], np.tile(way[2] - way[1], (mask.sum(), 1)), atol=1e-5)
        assert (flow[~mask] == 0).all()

    def test_the_background_stays_outside_it(self, speckle: Path) -> None:
        clip = disc(speckle, speckle)
        still = scenes.frames(replace(clip, kind="static", speed=0.0, patch=None))
        for t, frame in enumerate(scenes.frames(clip)):
            far = np.linalg.norm(grid(96, 64) - np.array((scenes.trajectory(clip) or ())[t]), axis=2) > 13
            assert (frame[far] == still[t][far]).all()

    @given(
        seed=st.integers(-(2**40), 2**40),
        size=st.tuples(st.integers(48, 200), st.integers(48, 200)),
        diameter=st.integers(8, 40),
        share=st.floats(0.05, 1),
    )
    def test_it_never_leaves_the_picture(
        self, seed: int, size: tuple[int, int], diameter: int, share: float
    ) -> None:
        speed = share * (max(size) - diameter - 1) / 15
        clip = Scene(
            Path("a"), "object", speed, *size, patch=Path("b"), diameter=diameter, seed=seed, num_frames=16
        )
        way = np.array(scenes.trajectory(clip))
        assert way.shape == (16, 2)
        assert (way >= diameter / 2 - 1e-9).all()
        assert (way <= np.array(size) - 1 - diameter / 2 + 1e-9).all()
        longer = 0 if size[0] >= size[1] else 1
        np.testing.assert_allclose(np.abs(np.diff(way[:, longer])), speed, atol=1e-9)

    def test_the_seed_decides_the_way(self) -> None:
        ways = {
            scenes.trajectory(Scene(Path("a"), "object", 3, patch=Path("b"), seed=seed)) for seed in range(20)
        }
        assert len(ways) == 20

    def test_a_seed_means_the_same_everywhere(self) -> None:
        """Python promises random.random's sequence; the digest relies on it. First point of seed 1, pinned."""
        first = (scenes.trajectory(Scene(Path("a"), "object", 4, patch=Path("b"), seed=1)) or ())[0]
        assert first == pytest.approx((129.5, 128.615106934860), abs=1e-9)

    def test_a_camera_scene_has_none(self, speckle: Path) -> None:
        assert scenes.trajectory(scene(speckle, "pan_left")) is None
        assert not scenes.object_mask(scene(speckle, "pan_left"), 0).any()


@settings(max_examples=60)
@given(
    kind=st.sampled_from(list(MOVES)),
    speed=st.floats(0.01, 8),
    width=st.integers(16, 400),
    height=st.integers(16, 400),
    focus=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_no_view_sees_past_the_sheet(
    kind: str, speed: float, width: int, height: int, focus: tuple[float, float]
) -> None:
    clip = Scene(Path("a"), kind, 0 if kind == "static" else speed, width, height, focus=focus)  # type: ignore[arg-type]
    corners = scenes._corners(clip, scenes._views(clip))
    assert corners.min() >= -1e-6
    assert (corners <= np.array(scenes._sheet_size(clip)) - 1 + 1e-6).all()


def test_a_zoom_without_blur_begins_with_the_photograph(speckle: Path) -> None:
    clip = scene(speckle, "zoom_in", blur=0.0, focus=(0.3, 0.6))
    assert (scenes.frames(clip)[0] == pictures.fit(pictures.read(speckle), 96, 64, "cover")).all()


def test_the_same_scene_gives_the_same_frames(speckle: Path) -> None:
    clip = disc(speckle, speckle)
    assert (scenes.frames(clip) == scenes.frames(clip)).all()


CHANGES = {
    "kind": "pan_right", "speed": 2.0, "width": 98, "height": 66, "num_frames": 6, "fps": 9.0, "focus": (0.5, 0.4),
    "blur": 0.5, "diameter": 25, "seed": 9,
}  # fmt: skip


class TestDigest:
    def test_every_parameter_counts(self, speckle: Path) -> None:
        assert set(CHANGES) == {field.name for field in fields(Scene)} - {"texture", "patch"}
        clip = scene(speckle, "pan_left")
        digests = {
            scenes.digest(replace(clip, **{name: value}))  # type: ignore[arg-type]
            for name, value in CHANGES.items()
        }
        assert len(digests | {scenes.digest(clip)}) == len(CHANGES) + 1

    def test_bytes_count_and_places_do_not(self, speckle: Path, tmp_path: Path) -> None:
        moved, changed = tmp_path / "moved.png", tmp_path / "changed.png"
        moved.write_bytes(speckle.read_bytes())
        changed.write_bytes(speckle.read_bytes() + b"\0")
        clip = disc(speckle, speckle)
        assert scenes.digest(clip) == scenes.digest(disc(moved, moved))
        assert (
            len({scenes.digest(each) for each in (clip, disc(changed, speckle), disc(speckle, changed))}) == 3
        )

    def test_the_version_of_the_code_counts(self, speckle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        before = scenes.digest(scene(speckle, "pan_left"))
        monkeypatch.setattr(scenes, "VERSION", scenes.VERSION + 1)
        assert scenes.digest(scene(speckle, "pan_left")) != before


def test_parameters_survive_json(speckle: Path) -> None:
    for clip in (disc(speckle, speckle), scene(speckle, "zoom_in", focus=(0.1, 0.2))):
        words = json.loads(json.dumps(scenes.parameters(clip)))
        assert scenes.scene_of(Case("a", speckle, scene=words)) == clip


def test_written_files_are_the_frames(speckle: Path, tmp_path: Path) -> None:
    clip = scene(speckle, "roll_left")
    scenes.write(clip, tmp_path / "a.png", tmp_path / "a.mkv")
    frames, stored = scenes.frames(clip), video.read_clip(tmp_path / "a.mkv")
    assert (stored.frames == frames).all()
    assert stored.fps == clip.fps
    assert (pictures.read(tmp_path / "a.png") == frames[0]).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "static", "speed": 1.0}, "speed 0 if it is static and only then; 'static' has 1.0"),
        ({"kind": "pan_left", "speed": 0.0}, "speed 0 if it is static and only then; 'pan_left' has 0.0"),
        ({"kind": "object", "speed": 1.0}, "a patch if its kind is 'object' and only then; this is 'object'"),
        ({"kind": "pan_left", "speed": 1.0, "patch": Path("p")}, "this is 'pan_left'"),
        (
            {"kind": "object", "speed": 20.0, "patch": Path("p")},
            "a disc of 64 pixels that travels 300 leaves 320 x 192",
        ),
    ],
)
def test_parameters_that_contradict_each_other(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Scene(Path("a"), **changes)  # type: ignore[arg-type]


class TestLimited:
    def test_small_pictures_stay_as_they_are(self) -> None:
        image = np.zeros((33, 61, 3), np.uint8)
        assert pictures.limited(image, 61) is image

    @given(height=st.integers(1, 300), width=st.integers(1, 300), max_side=st.integers(2, 100))
    def test_large_ones_shrink_to_even_sides_of_their_shape(
        self, height: int, width: int, max_side: int
    ) -> None:
        got = pictures.limited(np.zeros((height, width, 3), np.uint8), max_side).shape
        if max(height, width) <= max_side:
            assert got == (height, width, 3)
            return
        scale = max_side / max(height, width)
        for side, wanted in ((got[0], height * scale), (got[1], width * scale)):
            assert side % 2 == 0
            assert abs(side - wanted) <= 1 or side == 2
