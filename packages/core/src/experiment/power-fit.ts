/** A distance against a number that is varied, and the power law through it. */
export interface PowerSeries {
  /** Mean over the repeats at the last compared depth, one for each number. */
  readonly mean: readonly number[];
  /** Standard error of the mean; 0 where there was one repeat. */
  readonly error: readonly number[];
  /** Exponent p of mean ~ x^p, by least squares of the logarithms. */
  readonly slope: number;
  /** Its standard error: by the jackknife over the repeats, or by what is left of the line, whichever is greater. */
  readonly slopeError: number;
  /** The line at each number. */
  readonly fitted: readonly number[];
  /** The standard error of log fitted, like that of the slope. */
  readonly fittedError: readonly number[];
}

interface Line {
  readonly slope: number;
  /** The line at each x. */
  readonly at: readonly number[];
}

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function lineThrough(x: readonly number[], y: readonly number[]): Line {
  const [middle, centre] = [meanOf(x), meanOf(y)];
  let [cross, square] = [0, 0];
  x.forEach((value, k) => {
    cross += (value - middle) * (y[k]! - centre);
    square += (value - middle) ** 2;
  });
  const slope = cross / square;
  return { slope, at: x.map((value) => centre + slope * (value - middle)) };
}

/** √((R − 1)/R Σ(θ_r − θ̄)²) of estimates that leave out one repeat each. */
function jackknife(estimates: readonly number[]): number {
  const mean = meanOf(estimates);
  const sum = estimates.reduce((total, value) => total + (value - mean) ** 2, 0);
  return Math.sqrt(((estimates.length - 1) / estimates.length) * sum);
}

/**
 * The power law through means of repeats. Repeats share their draws between the numbers, so that errors are correlated
 * along the line: each repeat is left out as a whole. With three numbers or more the scatter about the line counts too: a
 * curve that is no power law has a large error, also where nothing is drawn.
 *
 * @param x the numbers, two or more, ascending
 * @param repeats shape [R][x.length]: one row for each draw
 * @cost R² · x.length
 * @source derived (Quenouille and Tukey's jackknife; least squares)
 */
export function powerFit(x: readonly number[], repeats: readonly (readonly number[])[]): PowerSeries {
  const count = repeats.length;
  const logs = x.map(Math.log);
  const columns = (rows: readonly (readonly number[])[]) => x.map((_, k) => meanOf(rows.map((row) => row[k]!)));
  const mean = columns(repeats);
  const error = mean.map((value, k) =>
    count < 2 ? 0 : Math.sqrt(repeats.reduce((sum, row) => sum + (row[k]! - value) ** 2, 0) / (count - 1) / count),
  );
  const y = mean.map(Math.log);
  const line = lineThrough(logs, y);
  const without = count < 2 ? [] : repeats.map((_, r) => columns(repeats.filter((_row, other) => other !== r)));
  const lines = without.map((means) => lineThrough(logs, means.map(Math.log)));
  const scatter = (of: (one: Line) => number): number => (lines.length === 0 ? 0 : jackknife(lines.map(of)));
  const middle = meanOf(logs);
  const square = logs.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  const left = y.reduce((sum, value, k) => sum + (value - line.at[k]!) ** 2, 0);
  const residual = x.length < 3 ? 0 : Math.sqrt(left / (x.length - 2));
  return {
    mean,
    error,
    slope: line.slope,
    slopeError: Math.max(
      scatter(({ slope }) => slope),
      residual / Math.sqrt(square),
    ),
    fitted: line.at.map(Math.exp),
    fittedError: logs.map((value, k) =>
      Math.max(
        scatter(({ at }) => at[k]!),
        residual * Math.sqrt(1 / x.length + (value - middle) ** 2 / square),
      ),
    ),
  };
}
