import { InputError } from "../errors/index.js";
import { erf } from "./erf.js";
import { portableLog } from "./portable-log.js";
import { gaussianExponential, scaledErfc } from "./scaled-erfc.js";

/**
 * The standard normal density e^{−x²/2}/√(2π); NaN for NaN.
 * @param x dimensionless
 * @cost two exponentials
 * @accuracy 1e-15 relative (index.test.ts)
 * @source derived (definition)
 */
export function normalPdf(x: number): number {
  return gaussianExponential(x, 0.5) / Math.sqrt(2 * Math.PI);
}

/**
 * The standard normal distribution function Φ(x), accurate in the lower tail until it underflows; NaN for NaN.
 * For the upper tail take Φ(−x).
 * @param x dimensionless
 * @cost as erfc
 * @accuracy 3e-15 relative (index.test.ts)
 * @source derived: ½·e^{−x²/2}·scaledErfc(−x/√2)
 */
export function normalCdf(x: number): number {
  if (Math.abs(x) <= 0.7) return 0.5 + 0.5 * erf(x * Math.SQRT1_2);
  if (x > 0) return 1 - normalCdf(-x);
  return 0.5 * gaussianExponential(x, 0.5) * scaledErfc(-x * Math.SQRT1_2);
}

/** Numerator and denominator of one rational approximation, constant term first. */
type Rational = readonly [numerator: readonly number[], denominator: readonly number[]];

const central: Rational = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
];
const tail: Rational = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
];
const farTail: Rational = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
];

function ratio([numerator, denominator]: Rational, r: number): number {
  let above = 0;
  let below = 0;
  for (let k = 7; k >= 0; k--) {
    above = above * r + numerator[k]!;
    below = below * r + denominator[k]!;
  }
  return above / below;
}

function noProbability(p: number): InputError {
  return new InputError({
    code: "out-of-range",
    who: "normalQuantile",
    rule: "the probability must lie in [0, 1]",
    got: String(p),
    fix: "Check how it was computed",
  });
}

/**
 * The standard normal quantile Φ⁻¹(p); −∞ at 0 and +∞ at 1.
 * @param p probability in [0, 1]
 * @throws out-of-range (NaN too)
 * @cost one rational function of degree 7; a logarithm and a root outside [0.075, 0.925]
 * @accuracy 1e-15 relative for p from 1e-300 to 1 − 2^−53 (index.test.ts); the same bits in every engine
 * @source Wichura, Algorithm AS 241 (Applied Statistics 37, 1988)
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw noProbability(p);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(central, 0.180625 - q * q);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 1) return Number.POSITIVE_INFINITY;
  const r = Math.sqrt(-portableLog(q < 0 ? p : 1 - p));
  const size = r <= 5 ? ratio(tail, r - 1.6) : ratio(farTail, r - 5);
  return q < 0 ? -size : size;
}
