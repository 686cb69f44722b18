import { type Backend, createReferenceBackend } from "@meanfield/core/foundation/backend";
import { stream } from "@meanfield/core/foundation/random";
import type { WeightedPoints } from "@meanfield/core/foundation/shapes";
import type { FastMethod } from "../../src/fast-sums/contract.js";
import { withFastSums } from "../../src/fast-sums/index.js";
import { exactField } from "./double-double-attention.js";
import type { Home } from "./homes.js";
import { type RandomSum, randomSum } from "./random-sums.js";

const dense = { dense: true, logWeight: () => 0, decay: 0 };

/** a·2^exponent without overflow or underflow on the way. */
const shifted = (values: Float64Array, exponent: number): Float64Array => {
  const half = Math.trunc(exponent / 2);
  return values.map((value) => value * 2 ** half * 2 ** (exponent - half));
};

/** A sum in two units: as it is given to a backend, and with values and points of order one. */
interface Scaled {
  readonly extreme: RandomSum;
  readonly plain: RandomSum;
  /** extreme field = plain field·2^field. */
  readonly field: number;
}

/** With one point without mass in 20, far from the others: it must count for nothing. */
function withOutlier(source: WeightedPoints): WeightedPoints {
  const points = source.points.slice();
  const weights = source.weights.slice();
  const last = source.m - 1;
  weights[last] = 0;
  for (let a = 0; a < source.d; a++) points[last * source.d + a]! *= 1e3;
  return { ...source, points, weights };
}

/**
 * Sum number `run` of a home with values, points and weights times powers of two between 10^{−300} and 10^{150}, and β so that
 * the scores stay what they are where float64 holds it. Powers of two change no digit, so the sum in plain units is the same
 * problem; digits lost to subnormal numbers are lost in both.
 */
function scaledSum(run: number, { d, sphere, largest }: Home): Scaled {
  const random = stream({ seed: 20_260_102, purpose: `magnitudes ${d} ${sphere}`, run });
  const drawn = randomSum(run, d, sphere, largest);
  const plainSource = random.uniform() < 0.3 ? withOutlier(drawn.source) : drawn.source;
  const exponent = (low: number, high: number) => Math.round((low + (high - low) * random.uniform()) * Math.log2(10));
  const ofValue = exponent(-300, 150);
  const ofPoints = random.uniform() < 0.5 ? 0 : exponent(-300, 150);
  const ofWeights = random.uniform() < 0.7 ? 0 : exponent(-300, 150);
  const head = drawn.kernel.heads[0]!;
  const [value, source, queries] = [
    shifted(head.value, ofValue),
    { ...plainSource, points: shifted(plainSource.points, ofPoints), weights: shifted(plainSource.weights, ofWeights) },
    { ...drawn.queries, points: shifted(drawn.queries.points, ofPoints) },
  ];
  // β·|y|² stays; where β would leave float64 half of it goes into A, and the Gram matrices with it.
  const [ofBeta, ofMap] = [-ofPoints, -ofPoints];
  const beta = shifted(Float64Array.of(head.beta), ofBeta)[0]!;
  const maps = Object.fromEntries(
    (["queryKey", "keyGram", "queryGram"] as const).map((name) => [name, shifted(head[name]!, ofMap)]),
  ) as Pick<typeof head, "queryKey">;
  // The score of shifted-exponential has −β beside the pair's: it would change alone.
  const weight = drawn.kernel.weight === "shifted-exponential" ? "exponential" : drawn.kernel.weight;
  const kernel = { ...drawn.kernel, weight };
  const back = (values: Float64Array, exponent: number) => shifted(values, -exponent);
  const plainHead = { ...head, value: back(value, ofValue) };
  return {
    extreme: { ...drawn, kernel: { ...kernel, heads: [{ ...head, ...maps, beta, value }] }, source, queries },
    plain: {
      ...drawn,
      kernel: { ...kernel, heads: [plainHead] },
      source: { ...source, points: back(source.points, ofPoints), weights: back(source.weights, ofWeights) },
      queries: { ...queries, points: back(queries.points, ofPoints) },
    },
    field: ofValue + ofPoints + (kernel.normalisation === "mass" ? ofWeights : 0),
  };
}

const norm = (values: Float64Array): number => Math.hypot(...values);

function product(matrix: Float64Array, x: Float64Array): Float64Array {
  const d = x.length;
  return x.map((_, row) => x.reduce((sum, value, column) => sum + matrix[row * d + column]! * value, 0));
}

/** Stands in for the direct sum, so that what a method did not certify shows as NaN. */
function absent(): Backend {
  return {
    ...createReferenceBackend(),
    field(_kernel, _source, _queries, _visibility, out) {
      out.field?.fill(Number.NaN);
      out.logPartition?.fill(Number.NaN);
      return true;
    },
  };
}

/** Whether one extreme sum has certified queries, and the greatest error of their fields over the bound reported. */
export function checkMagnitudes(method: FastMethod, home: Home, run: number) {
  const { extreme, plain, field: exponent } = scaledSum(run, home);
  const { d, m: count } = extreme.queries;
  const backend = withFastSums(absent(), { accuracy: extreme.accuracy, method: method.name });
  const field = new Float64Array(count * d);
  backend.field(extreme.kernel, extreme.source, extreme.queries, dense, { field });
  const [report] = backend.activity!().summation;
  const bound = report?.method === method.name ? report.bound : 0;
  const [{ value }] = plain.kernel.heads as [(typeof plain.kernel.heads)[number]];
  let scale = 0;
  for (let j = 0; j < plain.source.m; j++) {
    if (plain.source.weights[j] === 0) continue;
    scale = Math.max(scale, norm(product(value, plain.source.points.subarray(j * d, (j + 1) * d))));
  }
  let [certified, worst] = [false, 0];
  for (let i = 0; i < count; i++) {
    const got = field.subarray(i * d, (i + 1) * d);
    if (got.some(Number.isNaN)) continue;
    certified = true;
    const query = plain.queries.points.subarray(i * d, (i + 1) * d);
    const exact = exactField(plain.kernel, plain.kernel.heads[0]!, plain.source, query);
    // Not normalised: relative to ∫w dμ as well.
    const mass = plain.kernel.normalisation === "mass" ? Math.exp(exact.logPartition) : 1;
    const wanted = product(value, exact.mean);
    const error = norm(shifted(got, -exponent).map((one, a) => one / mass - wanted[a]!)) / scale;
    // Rounding of the exact sum (test/helpers/certificate.ts), of its product with V, and of e^{log Z}.
    const own = (16 + 4 * d + Math.abs(exact.logPartition)) * 2 ** -53 * (1 + norm(value) / scale);
    worst = Math.max(worst, error / (bound + own));
  }
  return { certified, worst };
}
