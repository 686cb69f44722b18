import { expect, test } from "vitest";
import { experiment } from "../index.js";
import { runCell } from "./run-cell.js";

test("a cell with repeats holds the statistics of its scalar series, the last and with `series` all of them", () => {
  const bound = experiment({
    model: { attention: "softmax", geometry: "sphere" },
    initial: { "uniform-sphere": { d: 3, n: 4 } },
    levels: { particles: {} },
    solve: { span: [0, 1], method: "euler", steps: { fixed: { dt: 0.1 } }, repeats: 5 },
    observe: { "mean-overlap": { every: 0.5 }, mean: { at: [1] } },
  });
  const { columns, result } = runCell(bound, ["levels"]);
  const { mean, se, count, quantiles } = result!.levels["particles"]!.ensemble!.series["mean-overlap"]!;
  expect(columns).toMatchObject({
    "particles.mean-overlap.mean": mean.data[2],
    "particles.mean-overlap.se": se.data[2],
    "particles.mean-overlap.count": count[2],
    "particles.mean-overlap.quantile-0.5": quantiles!.value.data[5],
  });
  expect(Object.keys(columns).filter((name) => name.includes("@") || name.startsWith("particles.mean."))).toEqual([]);
  const all = runCell(bound, ["levels", "series"]).columns;
  expect([0, 0.5, 1].map((t) => all[`particles.mean-overlap.mean@${t}`])).toEqual(Array.from(mean.data));
});

test("depths in names have fifteen digits: three steps of .1 are @0.3", () => {
  const { columns } = runCell(
    experiment({
      model: { attention: "softmax" },
      initial: { gaussian: { mean: [0], cov: [[1]], n: 4 } },
      levels: { particles: {} },
      solve: { span: [0, 0.3] },
      observe: { trace: { every: 0.1 } },
    }),
    ["series"],
  );
  const names = Object.keys(columns).filter((name) => name.includes("@"));
  expect(names).toEqual([0, 0.1, 0.2, 0.3].map((t) => `particles.trace@${t}`));
});
