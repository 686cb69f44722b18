/** ζ(k) − 1 for k = 2, 3, …: the Taylor coefficients of log Γ at 2 are (−1)^k·(ζ(k) − 1)/k. */
const zetaMinusOne = [
  0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
  0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853, 0.0004941886041194645,
  0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-5, 3.058823630702049e-5, 1.528225940865187e-5,
  7.637197637899763e-6, 3.81729326499984e-6, 1.908212716553939e-6, 9.539620338727962e-7, 4.769329867878064e-7,
  2.38450502727733e-7, 1.1921992596531106e-7, 5.960818905125948e-8, 2.980350351465228e-8, 1.4901554828365043e-8,
  7.45071178983543e-9, 3.725334024788457e-9, 1.862659723513049e-9, 9.313274324196682e-10,
] as const;

/** B_{2k}/(2k(2k − 1)), k = 1, 2, …: Stirling's series. */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400] as const;

const oneMinusEuler = 0.42278433509846713;

/** log Γ(2 + e) for |e| ≤ ½, exact in the relative sense near e = 0. */
function nearTwo(e: number): number {
  let sum = 0;
  for (let k = zetaMinusOne.length + 1; k >= 2; k--) {
    const coefficient = zetaMinusOne[k - 2]! / k;
    sum = sum * e + (k % 2 === 0 ? coefficient : -coefficient);
  }
  return e * (oneMinusEuler + e * sum);
}

function asymptotic(x: number): number {
  const inverse = 1 / x;
  const square = inverse * inverse;
  let sum = 0;
  for (let k = stirling.length - 1; k >= 0; k--) sum = sum * square + stirling[k]!;
  return (x - 0.5) * (Math.log(x) - 1) - 0.5 + 0.5 * Math.log(2 * Math.PI) + sum * inverse;
}

/**
 * log |Γ(x)|; +∞ at the poles 0, −1, −2, …, NaN for NaN and −∞.
 * @param x dimensionless
 * @cost at most 30 terms, no allocation
 * @accuracy 2e-15 relative for x > 0, the zeros 1 and 2 included; 1e-14 absolute for −20 < x < 0 (index.test.ts)
 * @source derived: Taylor series at 2, recurrence, Stirling's series, reflection
 */
export function logGamma(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x <= 0) {
    if (Number.isInteger(x)) return Number.POSITIVE_INFINITY;
    const fraction = x - Math.round(x);
    return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * fraction))) - logGamma(1 - x);
  }
  if (x < 0.5) return nearTwo(x) - Math.log1p(x) - Math.log(x);
  if (x < 1.5) return nearTwo(x - 1) - Math.log1p(x - 1);
  if (x >= 15) return asymptotic(x);
  let product = 1;
  let argument = x;
  while (argument > 2.5) {
    argument -= 1;
    product *= argument;
  }
  return nearTwo(argument - 2) + Math.log(product);
}
