"""Arithmetic of evaluators: plain functions on arrays.

- of two pictures: `similarity` (SSIM, MS-SSIM, PSNR; `ssim_kernels`), `colour`, `cells`, `texture`
- of motion: `optical_flow`, `beyond_camera`, `camera_motion`, `tracking`, `motion_statistics`, `noise_floor`,
  `alignment`, `first_frame_trace`
- of series: `theil_sen`, `trend`, `decay`, `spectrum`, `repeats`, `least_squares`

Modules are imported by name. They know `bench.media`, `bench.base`, `bench.statistics`, `bench.types` and no evaluator.
"""
