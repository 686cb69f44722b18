import type { Resolution } from "../dynamics/index.js";
import type { Stepping } from "../solve/index.js";

/** How many intervals of the span a monitor looks at. */
const intervals = 20;
/** What a step of fixed length is trusted to, for want of an error estimate. */
const fixedStep = 1e-8;

/** Depths at which every run is watched: 21 of the span, or of the layers, between which a network has no state. */
export function monitorTimes(stepping: Stepping, [start, end]: readonly [number, number]): number[] {
  const grid = stepping.kind === "layers" ? stepping.L : intervals;
  const count = Math.min(grid, intervals);
  const length = (end - start) / grid;
  return Array.from({ length: count + 1 }, (_, k) => {
    const layer = Math.round((k * grid) / count);
    return layer === grid ? end : start + layer * length;
  });
}

/** How finely a run is integrated. */
export function resolutionOf(stepping: Stepping): Resolution {
  if (stepping.kind === "adaptive") return { rtol: stepping.rtol, atol: stepping.atol };
  return { rtol: fixedStep, atol: 0 };
}
