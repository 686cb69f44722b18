// The standard normals of core's stream(key).fillNormal, operation by operation: no fused multiply-add here.

@inline function ratio(r: f64, above: usize, below: usize): f64 {
  let top: f64 = 0, bottom: f64 = 0;
  for (let k = 7; k >= 0; k--) {
    top = top * r + load<f64>(above + <usize>k * 8);
    bottom = bottom * r + load<f64>(below + <usize>k * 8);
  }
  return top / bottom;
}

// Wichura's coefficients as in core's normal.ts.
const centralAbove = memory.data<f64>([3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227]);
const centralBelow = memory.data<f64>([1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943, 5226.495278852854]);
const tailAbove = memory.data<f64>([1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 0.0007745450142783414]);
const tailBelow = memory.data<f64>([1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9]);
const farAbove = memory.data<f64>([6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7]);
const farBelow = memory.data<f64>([1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15]);

const LN2_HIGH: f64 = 6.9314718036912381649e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;

// core's portableLog for x in (2^−66, 1/2].
function portableLog(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let k: f64 = <f64>(<i32>(bits >> 52) - 1023);
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  const high = <i32>((bits >> 32) & 0xfffff);
  if (high >= 0x6a09c) {
    m *= 0.5;
    k += 1;
  }
  const f = m - 1;
  if (high == 0 || high >= 0xffffe) {
    const r = f * f * (0.5 - 0.33333333333333333 * f);
    return k * LN2_HIGH - (r - k * LN2_LOW - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd = z * (6.66666666666673513e-1 + w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const r = odd + even;
  if (high >= 0x6147a && high <= 0x6b851) {
    const half = 0.5 * f * f;
    return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
  }
  return k * LN2_HIGH - (s * (f - r) - k * LN2_LOW - f);
}

function normalOf(high: u32, low: u32): f64 {
  const p = (<f64>(high >>> 1) * 4294967296.0 + <f64>low + 0.5) * 5.421010862427522e-20;
  const q = p - 0.5;
  let value: f64;
  if (Math.abs(q) <= 0.425) value = q * ratio(0.180625 - q * q, centralAbove, centralBelow);
  else {
    const r = Math.sqrt(-portableLog(p));
    value = -(r <= 5 ? ratio(r - 1.6, tailAbove, tailBelow) : ratio(r - 5, farAbove, farBelow));
  }
  return high & 1 ? -value : value;
}

// Normals of `count` draws from an even place on: two to a block of Philox 4×32-10.
export function normals(out: usize, count: i32, block: u32, key0: u32, key1: u32, counter1: u32, counter2: u32, counter3: u32): void {
  for (let i = 0; i < count; i += 2) {
    let c0 = block++, c1 = counter1, c2 = counter2, c3 = counter3;
    let k0 = key0, k1 = key1;
    for (let round = 0; round < 10; round++) {
      const p0 = <u64>c0 * 0xd2511f53, p1 = <u64>c2 * 0xcd9e8d57;
      c0 = <u32>(p1 >> 32) ^ c1 ^ k0;
      c1 = <u32>p1;
      c2 = <u32>(p0 >> 32) ^ c3 ^ k1;
      c3 = <u32>p0;
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    store<f64>(out, normalOf(c0, c1));
    if (i + 1 < count) store<f64>(out, normalOf(c2, c3), 8);
    out += 16;
  }
}
