import { expect, test } from "vitest";
import { kernelSettings } from "../src/bench-docs/kernels.js";

const answer = (wall: number) => ({
  machine: { cpu: "a CPU", cores: 2, node: "v20.0.0", load: [0.5, 0.9] },
  command: "meanfield bench",
  repeats: 7,
  seed: 1,
  rows: [{ threads: 1, nsPerPair: { median: wall, min: wall }, cpuNsPerPair: { median: 1, min: 1, spread: 0.02 } }],
});
const said = (wall: number) => kernelSettings(answer(wall) as never).replace(/\s+/g, " ");

test("a quiet machine and a busy one are told in words that read well", () => {
  expect(said(1)).toContain("nine in ten rows of one thread took the same to within 1 %.");
  expect(said(1.7)).toContain("nine in ten rows of one thread took at most 70 % longer.");
});
