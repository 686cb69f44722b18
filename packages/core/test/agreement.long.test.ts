import { expect, test } from "vitest";
import { errorAt, momentFlow } from "./helpers/particles-to-moments.js";
import { logSlope, rms } from "./helpers/slope.js";

const sizes = [250, 1000, 4000];
const seeds = 20;

/** Slopes of seeds drawn with replacement: the spread of the measured slope. Deterministic: a linear congruence draws. */
function resampledSlopes(errors: readonly (readonly number[])[]): number[] {
  let state = 1;
  const draw = (below: number) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
  return Array.from({ length: 200 }, () =>
    logSlope(
      sizes,
      errors.map((one) => rms(one.map(() => one[draw(one.length)]!))),
    ),
  );
}

test("particles approach the moments like n^(−½) while the tilt stays below one half", { timeout: 900_000 }, () => {
  const exact = momentFlow();
  expect(exact.tilt).toBeLessThan(0.5);
  const runs = sizes.map((n) => errorAt(n, seeds, 0.25, exact));
  const slope = logSlope(
    sizes,
    runs.map((run) => run.rms),
  );
  const spread = rms(resampledSlopes(runs.map((run) => run.errors)).map((value) => value - slope));
  console.info(`tilt ${exact.tilt}; n = ${sizes}; RMS ${runs.map((run) => run.rms)}; slope ${slope} ± ${spread}`);
  // The bootstrap spread of this slope is about .03, so ±.1 is three of them.
  expect(Math.abs(slope + 0.5)).toBeLessThan(0.1);
});
