/** What the browser test computes, in Node, a page and a worker alike: a field, normals and a product. */
export async function computeAll(openWasm, threads) {
  const results = [];
  const numbers = (count, seed) =>
    Float64Array.from({ length: count }, (_, k) => (((k + seed) * 0.618033988749895) % 1) - 0.5);
  const notices = [];
  for (const precision of ["f64", "f32"]) {
    const backend = await openWasm({ precision, threads });
    const [n, d] = [700, 3];
    const cloud = { m: n, d, points: numbers(n * d, 1), weights: new Float64Array(n).fill(1 / n) };
    const heads = [{ beta: 2, queryKey: numbers(d * d, 3), value: numbers(d * d, 4) }];
    const out = { field: new Float64Array(n * d), logPartition: new Float64Array(n), entropy: new Float64Array(n) };
    const dense = { dense: true, logWeight: () => 0, decay: 0 };
    // Often enough that a team would share the work.
    for (let k = 0; k < 20; k++) {
      backend.field({ weight: "exponential", normalisation: "partition", heads }, cloud, cloud, dense, out);
    }
    const drawn = new Float64Array(1001);
    backend.normals({ seed: 5, purpose: "browser" }, drawn);
    const product = new Float64Array(40 * 40);
    backend.linearAlgebra.matMul(numbers(1600, 6), numbers(1600, 7), 40, 40, 40, product);
    results.push(...out.field, ...out.logPartition, ...out.entropy, ...drawn, ...product);
    notices.push({ variant: backend.variant, threads: backend.threads, notices: backend.activity().notices });
    backend.close();
  }
  return { results, notices };
}
