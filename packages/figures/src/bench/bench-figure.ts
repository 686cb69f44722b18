import { InputError } from "@meanfield/core/foundation/errors";
import { compose } from "../drawing/compose.js";
import { sentence } from "../drawing/describe.js";
import { pageWidth } from "../drawing/style.js";
import type { Figure, LegendEntry } from "../figure.js";
import type { BenchSource, BenchSourceRatio } from "./bench-source.js";
import { dimensionsOf, sizePanel, threadPanel, tokensOf } from "./panels.js";
import { grouped, seriesOf } from "./series.js";

/** Ratios of softmax to one thread: those of the greatest n at every d, of at most two d. */
function threadsDrawn({ ratios = [] }: BenchSource): { n: number; d: number; ratios: readonly BenchSourceRatio[] }[] {
  const all = ratios.filter(({ kernel, over }) => kernel === "softmax" && over === "one thread");
  const found = [...grouped(all, ({ d }) => d)].sort(([a], [b]) => a - b);
  const ends = found.length <= 2 ? found : [found[0]!, found.at(-1)!];
  return ends.map(([d, group]) => ({ d, n: Math.max(...group.map(({ n }) => n)), ratios: all }));
}

/**
 * Nanoseconds a pair and fraction of the roofline of softmax attention on one thread, over d and over n, and how many times
 * faster several threads are: a curve for each backend and precision, peers as open points, bars between the quartiles. Of
 * processor time, so that other work on the machine hardly shows; threads by the clock.
 * @throws InputError empty: no row of softmax on one thread
 */
export function benchFigure(source: BenchSource): Figure {
  const all = seriesOf(source);
  if (!all.some((one) => !one.peer)) {
    throw new InputError({
      code: "empty",
      who: "bench figure",
      rule: "there must be rows of softmax on one thread to draw",
      fix: "Measure them with meanfield bench, without --kernel and --threads",
    });
  }
  const times = all.flatMap((one) => one.rows.map((row) => row.cpuNsPerPair.median));
  const own = all.filter((one) => !one.peer).flatMap((one) => one.rows);
  const sizes = [["d", tokensOf(own)] as const, ...dimensionsOf(own).map((d) => ["n", d] as const)];
  const threads = threadsDrawn(source);
  const panels = [
    ...sizes.flatMap(([size, held]) =>
      (["time", "fraction"] as const).map((kind) => sizePanel(all, size, held, kind, times)),
    ),
    ...threads.map(({ n, d, ratios }) => threadPanel(ratios, n, d)),
  ];
  const legend = all.map(({ label, style, peer }): LegendEntry => {
    const { colour, dash, marker } = style;
    const shared = { label, colour, ...(marker === undefined ? {} : { marker }) };
    if (peer) return { ...shared, kind: "marker", open: true };
    return { ...shared, kind: "line", ...(dash === undefined ? {} : { dash }) };
  });
  const { machine, repeats, peers } = source;
  return compose({
    name: "bench-kernels",
    title: "Speed of the attention kernels",
    caption: sentence(
      "Softmax attention with $Q$ = $K$ = $V$ = $I$, $β$ = 1 on the unit sphere: nanoseconds of processor time a pair and " +
        "fraction of the roofline measured in the same run, one thread",
      threads.length === 0
        ? ""
        : "below, how many times as fast several threads are by the clock, dotted if nothing is lost",
      `medians of ${repeats} samples in turns, bars between the quartiles`,
      "a curve with a number of tokens beside it was measured with that many",
      `${machine.cpu.trim()}, ${machine.cores} processors, Node ${machine.node}`,
      peers === undefined ? "" : `NumPy ${peers.numpy}${peers.torch === undefined ? "" : `, PyTorch ${peers.torch}`}`,
    ),
    width: pageWidth,
    panelHeight: 180,
    columns: 2,
    legend,
    panels,
  });
}
