const LOG2E: f64 = 1.4426950408889634;
const LN2: f64 = 0.6931471805599453;

// What one thread needs for one block of queries; tiles have the queries in the lanes.
@unmanaged class Scratch {
  x: usize; // f64 [d]
  work: usize; // f64 [d]
  field: usize; // f64 [d]
  q: usize; // Real [d]
  totals: usize; // f64 [d + 2]: sums of key times weight, sum of weights, sum for the entropy
  tile: usize; // Real [BLOCK]
  first: usize; // Bits [1]
  last: usize; // Bits [1]
  greatest: usize; // Real [1]
  unit: usize; // f64 [1]
  scale: usize; // f64 [1]
  y: usize; // Real [keys, d] of the present system of a batch
  transposed: usize; // Real [d, keyStride] of it
  // Keys that some query of the block sees, and those that all of them see.
  from: i32;
  to: i32;
  innerFrom: i32;
  innerTo: i32;
}

const HEADER: usize = 128;

// keys: those of a system of a batch, 0 where all queries have the same.
export function scratchBytes(d: i32, keys: i32): i32 {
  const local: usize = 2 * ((<usize>(d * keys) * SIZE + ROW) & ~(ROW - 1));
  return <i32>(HEADER + <usize>(4 * d + 6) * WIDE_ROW + <usize>(d + BLOCK + 8) * ROW + local);
}

export function width(): i32 {
  return WIDTH;
}

function layOut(at: usize, d: i32, keys: i32): Scratch {
  const s = changetype<Scratch>(at);
  let next = at + HEADER;
  const wide = <usize>d * WIDE_ROW;
  s.x = next;
  s.work = (next += wide);
  s.field = (next += wide);
  s.totals = (next += wide);
  s.unit = (next += wide + 2 * WIDE_ROW);
  s.scale = (next += WIDE_ROW);
  s.q = (next += WIDE_ROW);
  s.tile = (next += <usize>d * ROW);
  s.first = (next += <usize>BLOCK * ROW);
  s.last = (next += ROW);
  s.greatest = (next += ROW);
  s.y = (next += ROW);
  s.transposed = next + ((<usize>(d * keys) * SIZE + ROW) & ~(ROW - 1));
  return s;
}

@inline function seenBy(j: i32, first: v128, last: v128): v128 {
  const at = v128.splat<Bits>(<Bits>j);
  return v128.andnot(v128.gt<Bits>(last, at), v128.gt<Bits>(first, at));
}

// Rows of wide totals times one number per lane: the two or one wide vectors that belong to a vector of Reals.
@inline function scaleLanes(at: usize, low: v128, high: v128): void {
  v128.store(at, v128.mul<f64>(v128.load(at), low));
  if (SIZE == 4) v128.store(at, v128.mul<f64>(v128.load(at, 16), high), 16);
}

@inline function wideLow(v: v128): v128 {
  return SIZE == 4 ? f64x2.promote_low_f32x4(v) : v;
}

@inline function wideHigh(v: v128): v128 {
  return SIZE == 4 ? f64x2.promote_low_f32x4(upper(v)) : v;
}

// S ← (S + drop·Z)·scale for the sum of p·x when the maximum rises by −drop.
@inline function dropEntropy(at: usize, drop: v128): void {
  const z = v128.load(at);
  const e = v128.load(at, WIDE_ROW);
  v128.store(at, v128.add<f64>(e, v128.mul<f64>(drop, z)), WIDE_ROW);
}

function raiseMaximum(d: i32, totals: usize, before: v128, after: v128): void {
  const low = v128.sub<f64>(wideLow(before), wideLow(after));
  const high = v128.sub<f64>(wideHigh(before), wideHigh(after));
  dropEntropy(totals + <usize>d * WIDE_ROW, low);
  if (SIZE == 4) dropEntropy(totals + <usize>d * WIDE_ROW + 16, high);
  const scaleLow = wideExp2(low);
  const scaleHigh = SIZE == 4 ? wideExp2(high) : scaleLow;
  for (let r = 0; r < d + 2; r++) scaleLanes(totals + <usize>r * WIDE_ROW, scaleLow, scaleHigh);
}

// Hides the scores of the keys that a query does not see.
function hide(tile: usize, start: i32, count: i32, first: v128, last: v128, hidden: v128): void {
  for (let j = 0; j < count; j++) {
    v128.store(tile, v128.bitselect(v128.load(tile), hidden, seenBy(start + j, first, last)));
    tile += ROW;
  }
}

// Raises the maximum of the queries of a vector to that of a column of scores.
function raise(tile: usize, count: i32, d: i32, totals: usize, greatest: usize): void {
  const before = v128.load(greatest);
  let after = before;
  for (let j = 0; j < count; j++) {
    after = v128.pmax<Real>(after, v128.load(tile));
    tile += ROW;
  }
  if (!v128.any_true(v128.ne<Real>(before, after))) return;
  raiseMaximum(d, totals, before, after);
  v128.store(greatest, after);
}

// Terms of a sum of Reals in a row: equal terms would add up their rounding errors.
const PIECE: i32 = 16;

// Replaces two columns of scores, in units of ln 2, by their exponentials.
function exponentiate(tile: usize, count: i32, totals: usize, greatest: usize): void {
  const shift0 = v128.load(greatest), shift1 = v128.load(greatest, 16);
  const zero = v128.splat<Real>(0);
  let sum0 = zero, sum1 = zero;
  for (let left = count; left > 0; left -= PIECE) {
    let z0 = zero, z1 = zero;
    for (const end = tile + <usize>min(left, PIECE) * ROW; tile < end; tile += ROW) {
      exp2Pair(v128.sub<Real>(v128.load(tile), shift0), v128.sub<Real>(v128.load(tile, 16), shift1), tile);
      z0 = v128.add<Real>(z0, v128.load(tile));
      z1 = v128.add<Real>(z1, v128.load(tile, 16));
    }
    sum0 = v128.add<Real>(sum0, z0);
    sum1 = v128.add<Real>(sum1, z1);
  }
  addReal(totals, sum0);
  addReal(totals + <usize>LANES * WIDE, sum1);
}

// As above for one column, and the sum of p·x for the entropy.
function exponentiateWithEntropy(tile: usize, count: i32, totals: usize, greatest: usize): void {
  const shift = v128.load(greatest);
  const floor = v128.splat<Real>(SIZE == 4 ? -127 : -1023);
  const zero = v128.splat<Real>(0);
  let z = zero, e = zero, sumZ = zero, sumE = zero;
  for (let j = 0; j < count; j++) {
    if (j % PIECE == 0) {
      sumZ = v128.add<Real>(sumZ, z);
      sumE = v128.add<Real>(sumE, e);
      z = e = zero;
    }
    const x = v128.pmax<Real>(v128.sub<Real>(v128.load(tile), shift), floor);
    const p = exp2(x);
    z = v128.add<Real>(z, p);
    e = fma<Real>(p, x, e);
    v128.store(tile, p);
    tile += ROW;
  }
  addReal(totals, v128.add<Real>(sumZ, z));
  addReal(totals + WIDE_ROW, v128.add<Real>(sumE, e));
}

// 1/(1 + 2^−x)
@inline function logistic(x: v128): v128 {
  const one = v128.splat<Real>(1);
  const e = exp2(v128.pmin<Real>(v128.neg<Real>(x), v128.splat<Real>(SIZE == 4 ? 126 : 1022)));
  return v128.div<Real>(one, v128.add<Real>(one, e));
}

// x in the unit that the job scaled its maps to: ln 2 for sigmoid and silu, ln 2 / 2 for tanh, 1 for the others.
@inline function activate(x: v128, weight: i32): v128 {
  const one = v128.splat<Real>(1);
  if (weight == SIGMOID) return logistic(x);
  if (weight == RELU) return v128.pmax<Real>(v128.splat<Real>(0), x);
  if (weight == SILU) return v128.mul<Real>(v128.mul<Real>(x, v128.splat<Real>(<Real>LN2)), logistic(x));
  if (weight == TANH) {
    const e = exp2(v128.pmin<Real>(x, v128.splat<Real>(SIZE == 4 ? 126 : 1022)));
    return v128.div<Real>(v128.sub<Real>(e, one), v128.add<Real>(e, one));
  }
  return x;
}

@inline function entropyTerm(p: f64): f64 {
  return p > 0 ? p * Math.log(p) : 0;
}

function addEntropy(tile: usize, count: i32, at: usize): void {
  for (let j = 0; j < count; j++) {
    for (let lane: usize = 0; lane < <usize>LANES; lane++) {
      const sum = at + lane * WIDE;
      store<f64>(sum, load<f64>(sum) + entropyTerm(<f64>load<Real>(tile + lane * SIZE)));
    }
    tile += ROW;
  }
}

// Replaces one column of scores by weights that need no maximum.
function weighPointwise(tile: usize, count: i32, job: Job, start: i32, totals: usize): void {
  const weight = job.weight;
  const scaled = (job.flags & FACTOR) != 0;
  let z = v128.splat<Real>(0), sum = z;
  let at = tile;
  for (let j = 0; j < count; j++) {
    if (j % PIECE == 0) {
      sum = v128.add<Real>(sum, z);
      z = v128.splat<Real>(0);
    }
    let p = activate(v128.load(at), weight);
    if (scaled) p = v128.mul<Real>(p, v128.load_splat<Real>(job.factor + <usize>(start + j) * SIZE));
    z = v128.add<Real>(z, p);
    v128.store(at, p);
    at += ROW;
  }
  addReal(totals + <usize>job.d * WIDE_ROW, v128.add<Real>(sum, z));
  if (job.flags & ENTROPY) addEntropy(tile, count, totals + <usize>(job.d + 1) * WIDE_ROW);
}

function hideWeights(s: Scratch, job: Job, start: i32, count: i32, vectors: i32, hidden: v128): void {
  for (let v: usize = 0; v < <usize>vectors; v++) {
    hide(s.tile + <usize>v * 16, start, count, v128.load(s.first + v * 16), v128.load(s.last + v * 16), hidden);
  }
}

function exponentiateAll(s: Scratch, d: i32, flags: i32, count: i32, vectors: i32): void {
  const row = <usize>d * WIDE_ROW;
  for (let v = 0; v < vectors; v++) {
    const totals = s.totals + <usize>(v * LANES) * WIDE;
    if (!(flags & SAFE)) raise(s.tile + <usize>v * 16, count, d, totals, s.greatest + <usize>v * 16);
    if (flags & ENTROPY) exponentiateWithEntropy(s.tile + <usize>v * 16, count, totals + row, s.greatest + <usize>v * 16);
  }
  if (flags & ENTROPY) return;
  for (let v = 0; v < vectors; v += 2) {
    exponentiate(s.tile + <usize>v * 16, count, s.totals + <usize>(v * LANES) * WIDE + row, s.greatest + <usize>v * 16);
  }
}

// Dimensions in which sums read keys as they lie: in greater ones their rows would take the cache for themselves.
const INTERLEAVED: i32 = 16;

@inline function interleaved(job: Job): bool {
  return (job.flags & BATCH) != 0 && job.d <= INTERLEAVED;
}

function sweepTiles(job: Job, s: Scratch, padded: i32, y: usize, transposed: usize, bias: usize): void {
  const d = job.d;
  const flags = job.flags;
  const vectors = padded / LANES;
  const exponential = job.weight == EXPONENTIAL;
  const hidden = v128.splat<Real>(exponential ? -Infinity : job.weight == SIGMOID ? -100000 : 0);
  for (let start = s.from - (s.from % BLOCK); start < s.to; start += BLOCK) {
    const count = min(BLOCK, job.keys - start);
    scores(y + <usize>(start * d) * SIZE, <usize>d * SIZE, count, s.q, d, s.tile, padded, bias + <usize>start * SIZE);
    const edge = start < s.innerFrom || start + count > s.innerTo;
    if (edge) hideWeights(s, job, start, count, vectors, hidden);
    if (exponential) exponentiateAll(s, d, flags, count, vectors);
    else for (let v = 0; v < vectors; v++) weighPointwise(s.tile + <usize>v * 16, count, job, start, s.totals + <usize>(v * LANES) * WIDE);
    if (flags & FIELD) {
      const fresh = start <= s.from;
      if (interleaved(job)) sums(y + <usize>(start * d) * SIZE, SIZE, <usize>d * SIZE, d, s.tile, count, s.totals, padded, fresh);
      else sums(transposed + <usize>start * SIZE, <usize>job.keyStride * SIZE, SIZE, d, s.tile, count, s.totals, padded, fresh);
    }
  }
}

// Queries into the lanes; the lanes that are left over repeat the last query.
function loadQueries(s: Scratch, d: i32, points: usize, count: i32, padded: i32): void {
  rowsToLanes(points, s.x, count, d);
  for (let lane = count & ~1; lane < padded; lane++) {
    let at = s.x + <usize>lane * WIDE;
    let row = points + <usize>(min(lane, count - 1) * d) * WIDE;
    for (const end = row + <usize>d * WIDE; row < end; row += WIDE) {
      store<f64>(at, load<f64>(row));
      at += WIDE_ROW;
    }
  }
}

// The same times a number and as Reals, for a job that wants them in no other form.
function loadScaledQueries(s: Scratch, d: i32, points: usize, count: i32, padded: i32, times: f64, both: bool): void {
  if (both) narrowBothWays(points, s.y, s.q, count, d, times);
  else scaledRowsToLanes(points, s.q, count, d, times);
  for (let lane = count & -LANES; lane < padded; lane++) {
    let at = s.q + <usize>lane * SIZE;
    let row = points + <usize>(min(lane, count - 1) * d) * WIDE;
    for (const end = row + <usize>d * WIDE; row < end; row += WIDE) {
      store<Real>(at, <Real>(times * load<f64>(row)));
      at += ROW;
    }
  }
}

// Which keys the queries of a block see.
function lookAround(s: Scratch, job: Job, begin: i32, count: i32, padded: i32): void {
  s.from = 0;
  s.to = job.keys;
  s.innerFrom = 0;
  s.innerTo = job.keys;
  if (!(job.flags & MASKED)) return;
  s.from = job.keys;
  s.to = 0;
  for (let lane = 0; lane < padded; lane++) {
    const i: usize = begin + min(lane, count - 1);
    const first = load<i32>(job.first + i * 4);
    const last = load<i32>(job.last + i * 4);
    store<Bits>(s.first + <usize>lane * SIZE, <Bits>first);
    store<Bits>(s.last + <usize>lane * SIZE, <Bits>last);
    s.from = min(s.from, first);
    s.to = max(s.to, last);
    s.innerFrom = max(s.innerFrom, first);
    s.innerTo = min(s.innerTo, last);
  }
}

// Rows of zeros; memory.fill would be a call out of the module.
function clear(at: usize, rows: i32): void {
  const zero = v128.splat<f64>(0);
  for (const end = at + <usize>rows * WIDE_ROW; at < end; at += 64) {
    v128.store(at, zero);
    v128.store(at, zero, 16);
    v128.store(at, zero, 32);
    v128.store(at, zero, 48);
  }
}

// Wide rows times a number into rows of Reals.
function narrow(from: usize, to: usize, rows: i32, times: f64): void {
  const factor = v128.splat<f64>(times);
  for (const end = to + <usize>rows * ROW; to < end; to += 16) {
    const low = v128.mul<f64>(factor, v128.load(from));
    if (SIZE == 8) {
      v128.store(to, low);
      from += 16;
    } else {
      const high = v128.mul<f64>(factor, v128.load(from, 16));
      v128.store(to, v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2));
      from += 32;
    }
  }
}

// unit ← shift + unit of the head + xᵀGx, the logarithm that all weights of a query have in common.
function commonUnit(job: Job, s: Scratch, h: i32, begin: i32, count: i32, padded: i32): void {
  const d = job.d;
  const common = load<f64>(job.unit + <usize>h * WIDE);
  for (let lane = 0; lane < padded; lane++) {
    const i: usize = begin + min(lane, count - 1);
    store<f64>(s.unit + <usize>lane * WIDE, common + (job.flags & SHIFT ? load<f64>(job.shift + i * WIDE) : 0));
  }
  if (!(job.flags & FORM)) return;
  wideSums(job.queryForm + <usize>(h * d * d) * WIDE, <usize>d * WIDE, WIDE, d, s.x, d, s.work, padded, true);
  for (let a: usize = 0; a < <usize>d; a++) {
    for (let lane: usize = 0; lane < <usize>padded; lane++) {
      const at = s.unit + lane * WIDE;
      const offset = a * WIDE_ROW + lane * WIDE;
      store<f64>(at, load<f64>(at) + load<f64>(s.x + offset) * load<f64>(s.work + offset));
    }
  }
}

// scale ← 1/total; returns how many vectors have a total that is not positive and finite.
function invertTotals(total: usize, scale: usize, padded: i32): i32 {
  const zero = v128.splat<f64>(0), infinite = v128.splat<f64>(Infinity);
  let bad = 0;
  for (let at: usize = 0; at < <usize>padded * WIDE; at += 16) {
    const z = v128.load(total + at);
    const good = v128.and(v128.gt<f64>(z, zero), v128.lt<f64>(z, infinite));
    bad += v128.all_true<i64>(good) ? 0 : 1;
    v128.store(scale + at, v128.div<f64>(v128.splat<f64>(1), z));
  }
  return bad;
}

// Writes the scalars of every query of a head and leaves the scale of its mean; returns how many have none.
function finishScalars(job: Job, s: Scratch, sheet: i32, begin: i32, count: i32, padded: i32): i32 {
  const d = job.d;
  const flags = job.flags;
  const exponential = job.weight == EXPONENTIAL;
  const total = s.totals + <usize>d * WIDE_ROW;
  let bad = 0;
  if (exponential && flags & PARTITION && !(flags & (LOG | ENTROPY))) return invertTotals(total, s.scale, padded);
  for (let lane = 0; lane < padded; lane++) {
    const offset = <usize>lane * WIDE;
    const z = load<f64>(total + offset);
    const e = load<f64>(total + WIDE_ROW + offset);
    const greatest = exponential ? <f64>load<Real>(s.greatest + <usize>lane * SIZE) : 0;
    const unit = load<f64>(s.unit + offset) + greatest * LN2;
    store<f64>(s.unit + offset, unit * LOG2E);
    if (exponential && !(z > 0 && z < Infinity)) bad += lane < count ? 1 : 0;
    if (!(flags & PARTITION) && unit > 700) bad += lane < count ? 1 : 0;
    if (flags & PARTITION) store<f64>(s.scale + offset, 1 / z);
    if (lane >= count || !(flags & (LOG | ENTROPY))) continue;
    const at = <usize>(sheet * job.queries + begin + lane) * WIDE;
    const logarithm = Math.log(z);
    if (flags & LOG) store<f64>(job.logPartition + at, unit + logarithm);
    if (flags & ENTROPY) store<f64>(job.entropy + at, logarithm - (exponential ? LN2 * e : e) / z);
  }
  return bad;
}

// field += map·(scale·mean), where the map may be a multiple of the identity; then the first head starts the field.
function addMean(job: Job, s: Scratch, h: i32, padded: i32): void {
  const d = job.d;
  const map = job.valueMap + <usize>(h * d * d) * WIDE;
  const multiple = (job.flags & VALUE_SCALE) != 0;
  const one = multiple ? v128.load_splat<f64>(map) : v128.splat<f64>(1);
  for (let at: usize = 0; at < <usize>padded * WIDE; at += 16) {
    const scale = v128.mul<f64>(one, v128.load(s.scale + at));
    let row = s.totals + at;
    let to = s.field + at;
    for (let a = 0; a < d; a++) {
      const mean = v128.mul<f64>(v128.load(row), scale);
      if (multiple) v128.store(to, h == 0 ? mean : v128.add<f64>(v128.load(to), mean));
      else v128.store(row, mean);
      row += WIDE_ROW;
      to += WIDE_ROW;
    }
  }
  if (!multiple) wideSums(map, <usize>d * WIDE, WIDE, d, s.totals, d, s.field, padded, h == 0);
}

// Whether the queries are wanted in units of the scores of one head alone, which are theirs times a number.
@inline function loadsScaled(job: Job): bool {
  return job.heads == 1 && (job.flags & (QUERY_SCALE | LAYER)) != 0 && !(job.flags & FORM);
}

// Whether a system's tokens become keys where they become queries: all in one block, which read as they lie.
@inline function narrowsBothWays(job: Job): bool {
  return SIZE == 4 && job.blocks == 1 && loadsScaled(job) && interleaved(job);
}

// Whether the field is the mean of one head times a number a query.
@inline function storesMean(job: Job): bool {
  return job.heads == 1 && (job.flags & VALUE_SCALE) != 0 && !(job.flags & LAYER);
}

// The queries of a head in units of its scores.
function mapQueries(job: Job, s: Scratch, h: i32, padded: i32): void {
  if (loadsScaled(job)) return;
  const d = job.d;
  const map = job.queryMap + <usize>(h * d * d) * WIDE;
  if (job.flags & LAYER) narrow(s.x, s.q, d, 1);
  else if (job.flags & QUERY_SCALE) narrow(s.x, s.q, d, load<f64>(map));
  else {
    wideSums(map, <usize>d * WIDE, WIDE, d, s.x, d, s.work, padded, true);
    narrow(s.work, s.q, d, 1);
  }
}

function finishHead(job: Job, s: Scratch, h: i32, system: i32, begin: i32, count: i32, padded: i32): i32 {
  const d = job.d;
  // A mean alone has no unit.
  if (!(job.flags & PARTITION) || job.flags & (LOG | ENTROPY)) commonUnit(job, s, h, begin, count, padded);
  const bad = finishScalars(job, s, system * job.heads + h, begin, count, padded);
  if (!(job.flags & FIELD)) return bad;
  if (!(job.flags & PARTITION)) {
    for (let at: usize = 0; at < <usize>padded * WIDE; at += 16) {
      v128.store(s.scale + at, wideExp2(v128.load(s.unit + at)));
    }
  }
  if (storesMean(job)) {
    const rows = <usize>((system * job.queries + begin) * d) * WIDE;
    scaledLanesToRows(s.totals, s.scale, load<f64>(job.valueMap), job.field + rows, count, d);
  } else addMean(job, s, h, padded);
  return bad;
}

function attendHead(job: Job, s: Scratch, h: i32, system: i32, begin: i32, count: i32, padded: i32): i32 {
  const d = job.d;
  const flags = job.flags;
  const layer = (flags & LAYER) != 0;
  mapQueries(job, s, h, padded);
  clear(s.totals + <usize>d * WIDE_ROW, 2);
  for (let v: usize = 0; v < ROW; v += 16) v128.store(s.greatest + v, v128.splat<Real>(flags & SAFE ? 0 : LOWEST));
  const bias = job.bias + <usize>(system * job.biasStride + h * job.keyStride) * SIZE;
  const local = (flags & BATCH) != 0;
  sweepTiles(job, s, padded, local ? s.y : job.y, local ? s.transposed : job.transposed, bias);
  return layer ? 0 : finishHead(job, s, h, system, begin, count, padded);
}

function attendBlock(job: Job, s: Scratch, system: i32, block: i32): i32 {
  const d = job.d;
  const flags = job.flags;
  const begin = block * WIDTH;
  const count = min(WIDTH, job.queries - begin);
  const padded = (count + 2 * LANES - 1) / (2 * LANES) * (2 * LANES);
  const rows = <usize>((system * job.queries + begin) * d) * WIDE;
  const times: f64 = flags & LAYER ? 1 : load<f64>(job.queryMap);
  if (loadsScaled(job)) loadScaledQueries(s, d, job.points + rows, count, padded, times, narrowsBothWays(job));
  else loadQueries(s, d, job.points + rows, count, padded);
  lookAround(s, job, begin, count, padded);
  let bad = 0;
  for (let h = 0; h < job.heads; h++) bad += attendHead(job, s, h, system, begin, count, padded);
  if (!(flags & FIELD) || storesMean(job)) return bad;
  lanesToRows(flags & LAYER ? s.totals : s.field, job.field + rows, count, d);
  return bad;
}

// Blocks of queries from … to − 1 of all systems. Returns 0 if all queries have a finite positive sum of weights.
export function attend(job: Job, from: i32, to: i32, scratch: usize): i32 {
  const batch = (job.flags & BATCH) != 0;
  const d = job.d;
  const s = layOut(scratch, d, batch ? job.keys : 0);
  let bad = 0;
  let present = -1;
  for (let item = from; item < to; item++) {
    const system = item / job.blocks;
    if (batch && system != present) {
      const points = job.points + <usize>(system * job.keys * d) * WIDE;
      if (SIZE == 8) s.y = points;
      else if (!narrowsBothWays(job)) narrowKeys(points, s.y, job.keys * d, 0);
      if (job.flags & FIELD && !interleaved(job)) transposeReals(s.y, s.transposed, job.keys, d);
      present = system;
    }
    bad += attendBlock(job, s, system, item % job.blocks);
  }
  return bad;
}
