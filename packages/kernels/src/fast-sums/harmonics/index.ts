import type { Workspace } from "@meanfield/core/foundation/workspace";
import type { ExponentialSum, FastMethod, Plan, SumBlock } from "../contract.js";
import { chunk, flush, type MomentTable, momentRoundings, momentTable, settle } from "../shared/moment-table.js";
import { sphericalScores } from "../shared/sphere-check.js";
import { type Roundings, roundingOf, type TaylorChoice, taylorChoice, withReach } from "../shared/taylor.js";
import { monomials, type SphereCells, sphereAngleError, sphereCells } from "./cells.js";
import { type SphereExpansion, sphereExpansion } from "./expansion.js";
import { legendreRounding } from "./legendre.js";
import { sphereMoments } from "./moments.js";
import { sphereSeries } from "./series.js";
import { sphereTables } from "./tables.js";

/** Beyond this κ the middle step, which is O(κ^{3/2}), costs more than the direct sum of any n that fits in memory. */
const largestKappa = 1000;

/** Most numbers in the tables: 400 MB. */
const largestTable = 5e7;

const orders = [8, 10, 12, 14, 16, 20] as const;

interface Layout {
  readonly choice: TaylorChoice;
  readonly rings: number;
  readonly work: Plan["work"];
}

/** The order with the least work, undefined where every table is too large. */
function layoutOf({ spectrum }: SphereExpansion, sum: ExponentialSum, tolerance: number): Layout | undefined {
  const layouts = orders.map((order) => {
    const loose = taylorChoice(spectrum, order, tolerance);
    const rings = Math.max(4, Math.ceil(Math.PI / loose.reach));
    const width = monomials(order);
    const middle = 2 * rings * rings * spectrum.length * (6 * width + 16 * order);
    const choice = withReach(spectrum, loose, Math.PI / rings);
    // Two arctangents cost about 40 multiply-adds.
    const work = { before: sum.m * (width + 40) + middle, perQuery: 4 * width + 40 };
    return { choice, rings, work };
  });
  const total = ({ work }: Layout) => work.before + work.perQuery * sum.count;
  return layouts
    .filter(({ rings, choice }) => 8 * rings * rings * monomials(choice.order) <= largestTable)
    .reduce<Layout | undefined>((best, other) => (best && total(best) <= total(other) ? best : other), undefined);
}

/** Adds a_j t^r u^s of every key to its cell; t and u its colatitude and longitude from the centre in half-widths. */
function collect(sum: ExponentialSum, cells: SphereCells, order: number, table: MomentTable): void {
  const { m, keys, masses } = sum;
  const { open, tokens, width } = table;
  const { rings, sectors, halfWidth } = cells;
  const pitch = 2 * halfWidth;
  const inverse = 1 / halfWidth;
  const high = Math.fround(pitch);
  const low = pitch - high;
  for (let j = 0; j < m; j++) {
    const x = keys[3 * j]!;
    const y = keys[3 * j + 1]!;
    const z = keys[3 * j + 2]!;
    const theta = Math.atan2(Math.sqrt(x * x + y * y), z);
    const phi = Math.atan2(y, x);
    const ring = Math.min(rings - 1, Math.floor(theta / pitch));
    const sector = Math.round(phi / pitch);
    const t = (theta - (ring + 0.5) * high - (ring + 0.5) * low) * inverse;
    const u = (phi - sector * high - sector * low) * inverse;
    const row = ring * sectors + (sector < 0 ? sector + sectors : sector);
    let k = row * width;
    let outer = masses[j]!;
    for (let left = order; left > 0; left--) {
      let power = outer;
      for (const end = k + left; k < end; k++) {
        open[k]! += power;
        power *= t;
      }
      outer *= u;
    }
    if (++tokens[row]! === chunk) flush(table, row);
  }
}

interface Reader {
  readonly sum: ExponentialSum;
  readonly cells: SphereCells;
  readonly order: number;
  readonly tables: Float64Array;
}

/** Horner in every query's cell: total, then the mean's three coordinates. */
function evaluateBlock({ sum, cells, order, tables }: Reader, begin: number, size: number, out: SumBlock): void {
  const { queries, map } = sum;
  const { rings, sectors, halfWidth } = cells;
  const pitch = 2 * halfWidth;
  const inverse = 1 / halfWidth;
  const width = 4 * monomials(order);
  const high = Math.fround(pitch);
  const low = pitch - high;
  for (let i = 0; i < size; i++) {
    const at = 3 * (begin + i);
    const a = queries[at]!;
    const b = queries[at + 1]!;
    const c = queries[at + 2]!;
    const x = map[0]! * a + map[1]! * b + map[2]! * c;
    const y = map[3]! * a + map[4]! * b + map[5]! * c;
    const theta = Math.atan2(Math.sqrt(x * x + y * y), map[6]! * a + map[7]! * b + map[8]! * c);
    const phi = Math.atan2(y, x);
    const ring = Math.min(rings - 1, Math.floor(theta / pitch));
    const sector = Math.round(phi / pitch);
    const t = (theta - (ring + 0.5) * high - (ring + 0.5) * low) * inverse;
    const u = (phi - sector * high - sector * low) * inverse;
    let k = (ring * sectors + (sector < 0 ? sector + sectors : sector) + 1) * width - 4;
    let z = 0;
    let f = 0;
    let g = 0;
    let h = 0;
    for (let left = 1; left <= order; left++) {
      let z0 = 0;
      let f0 = 0;
      let g0 = 0;
      let h0 = 0;
      for (const end = k - 4 * left; k > end; k -= 4) {
        z0 = z0 * t + tables[k]!;
        f0 = f0 * t + tables[k + 1]!;
        g0 = g0 * t + tables[k + 2]!;
        h0 = h0 * t + tables[k + 3]!;
      }
      z = z * u + z0;
      f = f * u + f0;
      g = g * u + g0;
      h = h * u + h0;
    }
    out.total[i] = z;
    out.mean[3 * i] = f;
    out.mean[3 * i + 1] = g;
    out.mean[3 * i + 2] = h;
  }
}

/** What every result goes through, counted stage by stage in docs/kernels-fast-sums.md. */
function roundingsOf(m: number, { rings, sectors }: SphereCells): Roundings {
  const keys = momentRoundings(m);
  const moments = 11 + 16 + sectors / 16 + 16 + rings / 16 + 6;
  const tables = 40 + 11 + 6;
  // P̄_lm twice, and the sums over l and m of the tables.
  return {
    fixed: keys + moments + tables + 2 * legendreRounding.fixed,
    perDegree: 2,
    perSquare: 2 * legendreRounding.perSquare,
    perPower: 3 + 4 + 5 + 8 + 6,
  };
}

function plan(sum: ExponentialSum, accuracy: number, work: Workspace): Plan | string {
  if (sum.d !== 3) return "harmonics needs points in R³";
  const scores = sphericalScores(sum, sphereAngleError, accuracy);
  if (scores === undefined) return "harmonics needs keys of one norm and queries whose Ax have one norm";
  const { kappa, radius } = scores;
  if (kappa > largestKappa) return `harmonics stops at |score| ${largestKappa}`;
  const tolerance = Math.max(2e-17, 1e-2 * accuracy * Math.min(1, 0.5 / kappa));
  const expansion = sphereExpansion(kappa, tolerance, work);
  const layout = expansion && layoutOf(expansion, sum, tolerance);
  if (layout === undefined) return `harmonics does not reach ${accuracy} at |score| ${kappa}`;
  const { choice, rings } = layout;
  const { order, remainder } = choice;
  const { spectrum, tail } = expansion!;
  let reader: Reader | undefined;
  let error = Number.POSITIVE_INFINITY;
  return {
    work: layout.work,
    scoreError: scores.scoreError,
    pointError: scores.pointError,
    prepare() {
      if (reader !== undefined) return;
      const cells = sphereCells(rings, work);
      const table = sum.shared(`harmonics ${rings} ${order}`, () => {
        const open = momentTable(rings * cells.sectors, monomials(order), work);
        collect(sum, cells, order, open);
        return settle(open);
      });
      const moments = sphereMoments(table, cells, order, spectrum.length, work);
      const tables = sphereTables(sphereSeries(moments, spectrum, radius, work), cells, order, spectrum.length, work);
      reader = { sum, cells, order, tables };
      const rounding = roundingOf(spectrum, choice.reach, roundingsOf(sum.m, cells));
      error = 1.01 * sum.mass * (tail + remainder + rounding);
    },
    evaluate(begin, size, out) {
      evaluateBlock(reader!, begin, size, out);
      out.unit.fill(kappa, 0, size);
      out.totalError.fill(error, 0, size);
      out.meanError.fill(Math.sqrt(3) * radius * error, 0, size);
    },
  };
}

/**
 * The sphere S²: e^{κ(⟨x,y⟩−1)} = Σ_l ν_l P_l(⟨x,y⟩), L ≈ √κ. Keys and queries meet in cells of colatitude and longitude
 * with local Taylor polynomials of total degree p − 1, so that a token costs O(p²) whatever L.
 *
 * @cost about p²/2 multiply-adds per key and 2p² per query, O(κ^{3/2}p²) between; memory O(κp²)
 * @accuracy certified; contract.test.ts against double-double sums
 * @source derived (docs/kernels-fast-sums.md); Funk–Hecke, theory.md §3
 */
export const harmonics: FastMethod = { name: "harmonics", planning: 30, plan };
