/**
 * What differs between the modules: the number type of the pair sums, and how a·b + c is computed. Written in front of
 * the AssemblyScript sources, which are generic in `Real`.
 */
const types = {
  f32: { bits: "i32", size: 4, mantissa: 23, magic: "12582912.0", floor: "-127.0", lowest: "-3.0e38", block: 128 },
  f64: {
    bits: "i64",
    size: 8,
    mantissa: 52,
    magic: "6755399441055744.0",
    floor: "-1023.0",
    lowest: "-1.0e308",
    block: 64,
  },
};

/** Coefficients c₁ … of 2^f = 1 + Σ c_k f^k on [−½, ½]: exp2_coefficients.py; relative error 1.9e-8 and 3.5e-17. */
const exp2 = {
  f32: [0.6931473028, 0.240226963, 0.05550204404, 0.009612634291, 0.001343551937, 0.0001694915391],
  f64: [
    "0.693147180559945623",
    "0.24022650695910093",
    "0.055504108664794905",
    "0.00961812910761006349",
    "0.00133335581527077867",
    "0.000154035304366843036",
    "0.0000152527278223540722",
    "1.32154455179640001e-6",
    "1.01805581173453492e-7",
    "7.07202616287080177e-9",
    "4.07963683838535983e-10",
  ],
};

/**
 * 2^x lane by lane: n = round(x), f = x − n, the polynomial at f, then n added to the exponent; one vector, or two in
 * turns, which is up to 1.5 times faster. The constants come from memory: V8 would build each of them anew every time.
 */
function exp2Source(name, real) {
  const { bits, mantissa, magic, floor } = types[real];
  const table = [magic, floor, "1.0", ...exp2[real]];
  const lanes = real === "f32" ? 4 : 2;
  const values = table.flatMap((value) => Array.from({ length: lanes }, () => String(value)));
  const constant = (k) => `v128.load(${name}Table, ${16 * k})`;
  const each = (vectors, line) => vectors.map((v) => `  ${line.replaceAll("#", v)}`).join("\n");
  const lines = (vectors) =>
    [
      // At x ≤ floor: n = floor, f = 0, p = 1, and the exponent field becomes 0 exactly: the result is +0.
      each(vectors, `const x# = v128.pmax<${real}>(given#, ${constant(1)});`),
      each(vectors, `const t# = v128.add<${real}>(x#, ${constant(0)});`),
      each(vectors, `const f# = v128.sub<${real}>(x#, v128.sub<${real}>(t#, ${constant(0)}));`),
      `  let c = ${constant(table.length - 1)};`,
      each(vectors, "let p# = c;"),
      ...table.slice(2, -1).map((_, k) => {
        return `  c = ${constant(table.length - 2 - k)};\n${each(vectors, `p# = fma<${real}>(p#, f#, c);`)}`;
      }),
    ].join("\n");
  const result = (v) => `v128.add<${bits}>(p${v}, v128.shl<${bits}>(t${v}, ${mantissa}))`;
  return `
const ${name}Table = memory.data<${real}>([${values.join(", ")}], 16);
@inline function ${name}(given: v128): v128 {
${lines([""])}
  return ${result("")};
}
@inline function ${name}Pair(given0: v128, given1: v128, at: usize): void {
${lines([0, 1])}
  v128.store(at, ${result(0)});
  v128.store(at, ${result(1)}, 16);
}
`;
}

const fma = {
  relaxed: "@inline function fma<T>(a: v128, b: v128, c: v128): v128 { return v128.relaxed_madd<T>(a, b, c); }",
  plain: "@inline function fma<T>(a: v128, b: v128, c: v128): v128 { return v128.add<T>(v128.mul<T>(a, b), c); }",
};

/** The prelude of one module. */
export function preludeOf(real, simd) {
  const { bits, size, lowest, block } = types[real];
  return `
type Real = ${real};
type Bits = ${bits};
// Bytes of a Real and of a double; one row of a tile is 8 vectors; keys of a block.
const SIZE: usize = ${size};
const WIDE: usize = 8;
const ROW: usize = 128;
const LANES: i32 = ${16 / size};
const WIDTH: i32 = ${128 / size};
const WIDE_ROW: usize = ${(128 / size) * 8};
const BLOCK: i32 = ${block};
const LOWEST: Real = ${lowest};
${fma[simd]}
${exp2Source("exp2", real)}${exp2Source("wideExp2", "f64")}`;
}
