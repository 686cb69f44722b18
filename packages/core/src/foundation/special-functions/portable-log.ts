const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;
const [l1, l2, l3, l4] = [0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784];
const [l5, l6, l7] = [0.1818357216161805, 0.15313837699209373, 0.14798198605116586];

/** log(1 + f) + k·log 2 for 1 + f in [√½, √2); `high` is the 20 leading bits of the mantissa, which choose the formula. */
function logOfParts(f: number, k: number, high: number): number {
  if (high === 0 || high >= 0xffffe) {
    const r = f * f * (0.5 - 0.3333333333333333 * f);
    return k * ln2High - (r - k * ln2Low - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (l2 + w * (l4 + w * l6));
  const odd = z * (l1 + w * (l3 + w * (l5 + w * l7)));
  const r = odd + even;
  if (high >= 0x6147a && high <= 0x6b851) {
    const half = 0.5 * f * f;
    return k * ln2High - (half - (s * (half + r) + k * ln2Low) - f);
  }
  return k * ln2High - (s * (f - r) - k * ln2Low - f);
}

/**
 * log x by additions, multiplications and divisions alone, so the same bits in every engine, where Math.log may differ
 * in the last place.
 * @param x in (0, 1]
 * @cost some ten comparisons (more for x below 2^−32), one division, no allocation
 * @accuracy less than one unit in the last place (index.test.ts)
 * @source fdlibm, e_log.c: its polynomial and its order of operations
 */
export function portableLog(x: number): number {
  let m = x;
  let k = 0;
  // Multiplications by powers of two, which are exact.
  for (; m < 2.3283064365386963e-10; k -= 32) m *= 4294967296;
  for (; m < 0.0625; k -= 4) m *= 16;
  for (; m < 1; k--) m *= 2;
  const high = Math.floor((m - 1) * 1048576);
  // Mantissas from √2 on are halved, at the same place as in fdlibm.
  if (high >= 0x6a09c) return logOfParts(m / 2 - 1, k + 1, high);
  return logOfParts(m - 1, k, high);
}
