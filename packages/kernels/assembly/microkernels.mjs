/**
 * The register-blocked products, C = A·B for `rows` rows of A (numbers, broadcast) and two vectors of every row of B.
 * Every element of C is one chain of fused multiply-adds in the order of k, whatever the number of rows at a time:
 * that is why results do not depend on how rows are cut up.
 */
const range = (count) => Array.from({ length: count }, (_, i) => i);

/** @param target how C starts and ends: `scores` starts at the row's bias and stores; `sums` adds to wide totals */
function microkernel({ name, rows, real, row, target, wideRow }) {
  const size = real === "f32" ? 4 : 8;
  const step = (r) => `    const s${r} = v128.load_splat<${real}>(a${r});
    c${r}0 = fma<${real}>(s${r}, b0, c${r}0);
    c${r}1 = fma<${real}>(s${r}, b1, c${r}1);
    a${r} += ${target === "scores" ? size : "step"};`;
  const start = (r) =>
    target === "scores"
      ? `  let c${r}0 = v128.load_splat<${real}>(bias, ${r * size}), c${r}1 = c${r}0;`
      : `  let c${r}0 = v128.splat<${real}>(0), c${r}1 = c${r}0;`;
  const finish = (r) =>
    target === "scores"
      ? `  v128.store(c, c${r}0, ${r * row}); v128.store(c, c${r}1, ${r * row + 16});`
      : real === "f64"
        ? `  putWide(c + ${r * wideRow}, c${r}0, fresh); putWide(c + ${r * wideRow + 16}, c${r}1, fresh);`
        : `  addHalves(c + ${r * wideRow}, c${r}0); addHalves(c + ${r * wideRow + 32}, c${r}1);`;
  const put = (r) => `    putHalves(c + ${r * wideRow}, c${r}0); putHalves(c + ${r * wideRow + 32}, c${r}1);`;
  // Sums of float32 in pieces of 16 terms: equal terms would add up their rounding errors.
  const pieces = real === "f32" && target === "sums";
  const loop = (count) => `  // Not unrolled: V8 then moves the sums from register to register, at half the speed.
  for (let left = ${count}; left > 0; left--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
${range(rows).map(step).join("\n")}
    b += ${row};
  }`;
  const each = (line) =>
    range(rows)
      .map((r) => `  ${line.replaceAll("#", r)}`)
      .join("\n");
  const piecewise = () => `${each(`let t#0 = v128.splat<${real}>(0), t#1 = t#0;`)}
  for (let rest = k; rest > 0; rest -= 16) {
${each(`c#0 = v128.splat<${real}>(0); c#1 = c#0;`)}
${loop("min(rest, 16)")}
${each(`t#0 = v128.add<${real}>(t#0, c#0); t#1 = v128.add<${real}>(t#1, c#1);`)}
  }
${each("c#0 = t#0; c#1 = t#1;")}`;
  return `
function ${name}(a: usize, stride: usize, ${target === "scores" ? "" : "step: usize, "}b: usize, k: i32, c: usize, ${target === "scores" ? "bias: usize" : "fresh: bool"}): void {
  const a0start = a;
${range(rows)
  .map((r) => `  let a${r} = a0start + ${r} * stride;`)
  .join("\n")}
${range(rows).map(start).join("\n")}
${pieces ? piecewise() : loop("k")}
${pieces ? `  if (fresh) {\n${range(rows).map(put).join("\n")}\n    return;\n  }` : ""}
${range(rows).map(finish).join("\n")}
}
`;
}

const helpersOf = (real) => `
@inline function addReal(at: usize, v: v128): void { ${real === "f32" ? "addHalves" : "addWide"}(at, v); }
@inline function addWide(at: usize, v: v128): void { v128.store(at, v128.add<f64>(v128.load(at), v)); }
// What is there counts as 0 where it is fresh: 0 + v, so that the bits are those of a sum that was cleared.
@inline function putWide(at: usize, v: v128, fresh: bool): void {
  v128.store(at, v128.add<f64>(fresh ? v128.splat<f64>(0) : v128.load(at), v));
}
// In place of what is there: a sum of pieces that started at 0 is never −0, so 0 + v is v.
@inline function putHalves(at: usize, v: v128): void {
  v128.store(at, f64x2.promote_low_f32x4(v));
  v128.store(at, f64x2.promote_low_f32x4(upper(v)), 16);
}
@inline function upper(v: v128): v128 { return v128.shuffle<i64>(v, v, 1, 1); }
@inline function addHalves(at: usize, v: v128): void {
  addWide(at, f64x2.promote_low_f32x4(v));
  addWide(at + 16, f64x2.promote_low_f32x4(upper(v)));
}
`;

/**
 * All rows of A against the first `width` lanes of B, four rows and two vectors at a time. For sums the numbers of a row
 * of A lie `step` bytes apart, and C is overwritten where it is `fresh`.
 */
function product({ name, kernel, real, row, wideRow, target }) {
  const size = real === "f32" ? 4 : 8;
  const scores = target === "scores";
  const strip = scores ? 32 : real === "f64" ? 32 : 64;
  const call = (rows, r) =>
    `${kernel}${rows}(a + <usize>${r} * stride, stride, ${scores ? "" : "step, "}b + strip * 32, k, c + <usize>${r} * ${scores ? row : wideRow} + strip * ${strip}, ${scores ? `bias + <usize>${r} * ${size}` : "fresh"});`;
  return `
function ${name}(a: usize, stride: usize, ${scores ? "" : "step: usize, "}rows: i32, b: usize, k: i32, c: usize, width: i32, ${scores ? "bias: usize" : "fresh: bool"}): void {
  const strips: usize = (width + ${32 / size - 1}) / ${32 / size};
  for (let strip: usize = 0; strip < strips; strip++) {
    let r = 0;
    for (; r + 4 <= rows; r += 4) ${call(4, "r")}
    if (rows - r == 3) ${call(3, "r")}
    else if (rows - r == 2) ${call(2, "r")}
    else if (rows - r == 1) ${call(1, "r")}
  }
}
`;
}

/** `scores` and `sums` in Real, `wideSums` in f64 on rows of WIDE_ROW bytes. */
export function microkernelsOf(real) {
  const wideRow = real === "f32" ? 256 : 128;
  const families = [
    { name: "scores", kernel: "scores_", real, row: 128, wideRow, target: "scores" },
    { name: "sums", kernel: "sums_", real, row: 128, wideRow, target: "sums" },
    { name: "wideSums", kernel: "wideSums_", real: "f64", row: wideRow, wideRow, target: "sums" },
  ];
  return (
    helpersOf(real) +
    families
      .map(
        (family) =>
          [1, 2, 3, 4].map((rows) => microkernel({ ...family, name: `${family.kernel}${rows}`, rows })).join("") +
          product(family),
      )
      .join("")
  );
}
