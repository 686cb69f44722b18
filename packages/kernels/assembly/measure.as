// The roofline: what this processor does through this module at best. Both return a number so that nothing is left out.

// 12 independent chains; 12·LANES multiply-adds a round.
export function measureFma(rounds: i32): f64 {
  const a = v128.splat<Real>(0.999);
  const b = v128.splat<Real>(0.001);
  let c0 = v128.splat<Real>(1), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0, c8 = c0, c9 = c0;
  let ca = c0, cb = c0;
  for (let i = 0; i < rounds; i++) {
    c0 = fma<Real>(c0, a, b); c1 = fma<Real>(c1, a, b); c2 = fma<Real>(c2, a, b); c3 = fma<Real>(c3, a, b);
    c4 = fma<Real>(c4, a, b); c5 = fma<Real>(c5, a, b); c6 = fma<Real>(c6, a, b); c7 = fma<Real>(c7, a, b);
    c8 = fma<Real>(c8, a, b); c9 = fma<Real>(c9, a, b); ca = fma<Real>(ca, a, b); cb = fma<Real>(cb, a, b);
  }
  const low = v128.add<Real>(v128.add<Real>(v128.add<Real>(c0, c1), v128.add<Real>(c2, c3)), v128.add<Real>(c4, c5));
  const high = v128.add<Real>(v128.add<Real>(v128.add<Real>(c6, c7), v128.add<Real>(c8, c9)), v128.add<Real>(ca, cb));
  return <f64>v128.extract_lane<Real>(v128.add<Real>(low, high), 0);
}

// Exponentials of two vectors in turns, in place, at `scratch`; 2·LANES exponentials a round.
export function measureExp(rounds: i32, scratch: usize): f64 {
  const x = v128.splat<Real>(-0.3);
  for (let i = 0; i < rounds; i++) {
    exp2Pair(x, v128.add<Real>(x, x), scratch + (i & 31) * 32);
  }
  return <f64>load<Real>(scratch);
}
