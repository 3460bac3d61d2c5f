"""Each acceleration on a toy of two blocks: which steps it skips, and what it counts as work."""

from __future__ import annotations

from typing import Any

import pytest

from bench.models.diffusers import caching, teacache
from bench.models.diffusers.caching import TeaCacheFacts
from bench.models.diffusers.caching.work import Work
from tests.models.diffusers.accelerations import LINEAR, accel

TOY = TeaCacheFacts("toy", {"WanTransformer3DModel": teacache.time_embedding})


class Toy:
    """A pipeline whose denoiser has two blocks on tokens of one channel, each of which adds a given number."""

    def __init__(self, steps: int = 6) -> None:
        import torch

        class Block(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.layer = torch.nn.Linear(1, 1)
                self.adds = 1.0

            def forward(self, hidden_states: Any, temb: Any) -> Any:
                self.layer(hidden_states)
                return hidden_states + self.adds * temb

        class WanTransformer3DModel(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.blocks = torch.nn.ModuleList([Block(), Block()])

            def forward(self, hidden_states: Any, temb: Any) -> Any:
                for block in self.blocks:
                    hidden_states = block(hidden_states, temb)
                return hidden_states

        self.transformer = WanTransformer3DModel()
        self.scheduler = Scheduler()
        self.steps = steps

    def __call__(self, times: list[float], sections: int = 1, passes: int = 1) -> list[float]:
        import torch

        made = []
        for _ in range(sections):
            self.scheduler.set_timesteps(len(times))
            for time in times:
                for _ in range(passes):
                    made.append(self.transformer(torch.zeros(1, 3, 1), torch.full((1, 1, 1), time)))
                self.scheduler.step()
        return [float(one.mean()) for one in made]


class Scheduler:
    def __init__(self) -> None:
        self.timesteps: list[float] = []

    def set_timesteps(self, steps: int) -> None:
        self.timesteps = [1000.0 * (steps - step) / steps for step in range(steps)]

    def step(self) -> None:
        pass


def test_steps_passes_and_sections_are_told_apart() -> None:
    toy, seen = Toy(), []
    with caching.applied(accel("mag-calibration"), toy, TOY) as savings:
        (calls,) = savings.calls
        calls.on_call.append(lambda: seen.append((calls.clock.section, calls.clock.step, calls.pass_number)))
        toy([1.0, 2.0], sections=2, passes=2)
    assert seen == [(section, step, turn) for section in (1, 2) for step in (0, 1) for turn in (0, 1)]
    assert calls.clock.timestep == 500
    assert "step" not in vars(toy.scheduler)
    assert "forward" not in vars(toy.transformer.blocks[0])


def test_teacache_skips_while_the_change_stays_below_its_threshold() -> None:
    """Time embeddings 1, 1.1, 1.21, … change by a tenth each; at 0.25, two are skipped and the third runs.

    A step that runs adds twice its embedding, one that is skipped what the last that ran added. The last always runs.
    """
    toy, times = Toy(), [1.1**step for step in range(8)]
    with caching.applied(accel(f"teacache:0.25:{LINEAR}"), toy, TOY) as savings:
        made = toy(times)
    ran = [0, 0, 0, 3, 3, 3, 6, 7]
    assert made == pytest.approx([2 * times[step] for step in ran])
    assert savings.saved == pytest.approx(4 / 8)


def test_teacache_starts_afresh_in_a_section_and_for_each_pass() -> None:
    toy, times = Toy(), [1.0] * 4
    with caching.applied(accel(f"teacache:0.25:{LINEAR}"), toy, TOY) as savings:
        toy(times, sections=2, passes=2)
    assert savings.saved == pytest.approx(1 / 2)  # the first and the last of four steps run


def test_magcache_follows_its_ratios() -> None:
    """Ratios 0.98 multiply up to 0.98, 0.9604, …: 0.02 + 0.0396 is below 0.06, and the third would be above."""
    toy = Toy()
    ratios = ",".join(["0.98"] * 10)
    with caching.applied(accel(f"mag-cache:0.06:{ratios}"), toy, TOY) as savings:
        made = toy([1.0 + step for step in range(10)])
    # none in the first fifth; steps 2 and 3 are skipped, 4 runs, and so on
    assert made == pytest.approx([2 * time for time in (1, 2, 2, 2, 5, 5, 5, 8, 8, 8)])
    assert savings.saved == pytest.approx(6 / 10)


def test_no_more_than_three_in_a_row_are_skipped() -> None:
    toy = Toy()
    with caching.applied(accel("mag-cache:0.06:1,1"), toy, TOY):
        made = toy([1.0 + step for step in range(10)])
    assert made == pytest.approx([2 * time for time in (1, 2, 2, 2, 2, 6, 6, 6, 6, 10)])


def test_calibration_gives_the_ratios_that_magcache_reads() -> None:
    toy = Toy()
    with caching.applied(accel("mag-calibration"), toy, TOY) as savings:
        toy([4.0, 2.0, 3.0], passes=2)
    found = savings.facts()["mag_ratios"]
    assert found == "1.00000,0.50000,1.50000"
    assert accel(f"mag-cache:0.06:{found}").numbers == (1.0, 0.5, 1.5)
    savings.check()  # calibration is not meant to save


def test_work_is_multiplications() -> None:
    """A linear layer from 3 to 5 on 7 tokens: 105. Attention of 4 queries on 6 keys, 8 wide: twice 4 · 6 · 8."""
    import torch

    class Attention(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.to_q, self.to_k = torch.nn.Linear(8, 8), torch.nn.Linear(8, 8)

        def forward(self, queries: Any, keys: Any) -> None:
            self.to_q(queries)
            self.to_k(keys)

    work, linear, attention = Work(), torch.nn.Linear(3, 5), Attention()
    embedding = torch.nn.Embedding(10, 3)
    for module in (linear, attention, embedding):
        work.begin("shapes")
        with work.counted(module):
            if module is linear:
                linear(torch.zeros(1, 7, 3))
            elif module is attention:
                attention(torch.zeros(1, 4, 8), torch.zeros(1, 6, 8))
            else:
                embedding(torch.tensor([1, 2]))
        work.end()
    each = [7 * 15, 4 * 64 + 6 * 64 + 2 * 4 * 6 * 8, 0]
    assert work.done == sum(each)
    assert work.due == 3 * max(each)
    assert not linear._forward_hooks
