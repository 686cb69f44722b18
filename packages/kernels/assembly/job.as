// One call, as src/wasm/job.ts lays it out: 4 bytes a field, pointers into the memory.
@unmanaged class Job {
  d: i32;
  keys: i32;
  queries: i32;
  heads: i32;
  flags: i32;
  weight: i32;
  // Blocks of WIDTH queries in each system.
  blocks: i32;
  // Elements between the rows of `transposed`, and between the heads of `bias`.
  keyStride: i32;
  // Elements between the systems of `bias`.
  biasStride: i32;
  // f64 [systems, queries, d]
  points: usize;
  // Real [keys, d], [d, keyStride] (unused in a batch), [heads, keyStride], [keyStride]
  y: usize;
  transposed: usize;
  bias: usize;
  factor: usize;
  // i32 [queries]: the first key seen and the one after the last.
  first: usize;
  last: usize;
  // f64 [queries]: what the mask adds to the logarithm of the unit.
  shift: usize;
  // f64 [heads, d, d] thrice, [heads]
  queryMap: usize;
  valueMap: usize;
  queryForm: usize;
  unit: usize;
  // f64 [systems, queries, d], [systems, heads, queries] twice
  field: usize;
  logPartition: usize;
  entropy: usize;
}

const SAFE: i32 = 1;
const FIELD: i32 = 2;
const LOG: i32 = 4;
const ENTROPY: i32 = 8;
const MASKED: i32 = 16;
const PARTITION: i32 = 32;
const FORM: i32 = 64;
const SHIFT: i32 = 128;
const FACTOR: i32 = 256;
// A perceptron layer: no maps, and the sums are added to the output.
const LAYER: i32 = 512;
// Systems that attend to themselves: their keys are made ready where they are used.
const BATCH: i32 = 1024;
// All query maps, or all value maps, are multiples of the identity.
const QUERY_SCALE: i32 = 2048;
const VALUE_SCALE: i32 = 4096;

const EXPONENTIAL: i32 = 0;
const SIGMOID: i32 = 1;
const LINEAR: i32 = 2;
const RELU: i32 = 3;
const TANH: i32 = 4;
const SILU: i32 = 5;
