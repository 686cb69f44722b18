import { z } from "zod";
import type { KernelHead } from "../../foundation/backend/index.js";
import { atPath, InputError } from "../../foundation/errors/index.js";
import { matMulTN } from "../../foundation/linear-algebra/index.js";
import {
  bindMatrix,
  bindScalar,
  bindSchedule,
  combineSchedules,
  type Matrix,
  matrixParameter,
  mergeBreakpoints,
  type NumericContext,
  type Scheduled,
  scalarParameter,
} from "../../foundation/parameters/index.js";

const projection = (symbol: string, doc: string) => ({ symbol, unit: "1", doc });

const meta = {
  Q: projection("Q", "query matrix, k×d; identity when left out"),
  K: projection("K", "key matrix, k×d; identity when left out"),
  V: projection("V", "value matrix, d×d; identity when left out"),
};

/** What divides or multiplies the scores of a kind: how a spec writes it, and which β it stands for. */
export interface ScoreScale {
  readonly key: "beta" | "epsilon";
  readonly symbol: string;
  readonly doc: string;
  /** Whether it must be > 0; any finite number otherwise. */
  readonly positive: boolean;
  toBeta(value: number): number;
}

/** β of the scores β⟨Qx, Ky⟩; zero and negative ones too. */
export const inverseTemperature: ScoreScale = {
  key: "beta",
  symbol: "β",
  doc: "inverse temperature of the scores β⟨Qx, Ky⟩",
  positive: false,
  toBeta: (value) => value,
};

const ownProjections = {
  Q: matrixParameter(meta.Q, "identity"),
  K: matrixParameter(meta.K, "identity"),
  V: matrixParameter(meta.V, "identity"),
};

const commonProjections = {
  Q: matrixParameter(meta.Q).optional(),
  K: matrixParameter(meta.K).optional(),
  V: matrixParameter(meta.V).optional(),
};

/** The parameters of a kind that no scale of its scores changes: Q, K, V, or a list of heads instead. */
export const unscaledHeadParameters = {
  ...commonProjections,
  heads: z
    .array(z.strictObject(ownProjections))
    .min(1)
    .optional()
    .meta({ doc: "several heads, summed: a list of { Q, K, V }" }),
};

/** The parameters of a kind: its scale, Q, K, V, or a list of heads instead of Q, K, V. */
export function headParametersOf({ key, symbol, doc, positive }: ScoreScale) {
  const scale = { symbol, unit: "1", doc, slider: positive ? ([0.1, 10, 0.1] as const) : ([0, 10, 0.1] as const) };
  const head = z.strictObject({
    ...ownProjections,
    [key]: scalarParameter({ ...scale, doc: `${symbol} of this head` }).optional(),
  });
  return {
    [key]: scalarParameter(scale, 1),
    ...commonProjections,
    heads: z
      .array(head)
      .min(1)
      .optional()
      .meta({ doc: `several heads, summed: a list of { Q, K, V, ${key}? }` }),
  };
}

/** β, Q, K, V, or a list of heads instead of Q, K, V. */
export const headParameters = headParametersOf(inverseTemperature);

interface Projections {
  readonly Q?: unknown;
  readonly K?: unknown;
  readonly V?: unknown;
}

interface OneHead extends Projections {
  readonly beta?: unknown;
  readonly epsilon?: unknown;
}

export interface HeadParameters extends OneHead {
  readonly heads?: readonly OneHead[] | undefined;
}

/** Writes out Q, K, V where neither they nor heads were given, so that one model has one canonical spec. */
export function completeHeads<P extends HeadParameters>(params: P): P {
  return params.heads === undefined
    ? { ...params, Q: params.Q ?? "identity", K: params.K ?? "identity", V: params.V ?? "identity" }
    : params;
}

/** All heads of one attention as functions of depth. */
export interface BoundHeads {
  readonly count: number;
  readonly breakpoints: readonly number[];
  at(t: number): readonly KernelHead[];
}

function queryKeyOf(query: Matrix, key: Matrix, who: string): Float64Array {
  if (query.rows !== key.rows) {
    throw new InputError({
      code: "wrong-shape",
      who,
      rule: "Q and K of a head must have equally many rows",
      got: `Q ${query.rows}×${query.columns} and K ${key.rows}×${key.columns}`,
    });
  }
  const d = query.columns;
  const product = new Float64Array(d * d);
  matMulTN(key.data, query.data, d, key.rows, d, product);
  return product;
}

/** How the heads of a kind are bound. */
export interface HeadBinding {
  readonly scale: ScoreScale;
  /** Whether the kernel needs KᵀK and QᵀQ. */
  readonly grams?: boolean;
  /** What V is multiplied with, from β; 1 when left out. */
  prefactor?(beta: number): number;
}

function gramOf({ rows, columns: d, data }: Matrix): Float64Array {
  const gram = new Float64Array(d * d);
  matMulTN(data, data, d, rows, d, gram);
  return gram;
}

function bindHead(
  spec: Projections,
  beta: Scheduled<number>,
  context: NumericContext,
  who: string,
  { grams, prefactor }: HeadBinding,
): Scheduled<KernelHead> {
  const { d } = context;
  const matrix = (key: "Q" | "K" | "V", rows: number | "any") =>
    atPath([key], () =>
      bindSchedule(spec[key] ?? "identity", context, `${who}.${key}`, (value) =>
        bindMatrix(value, { rows, columns: d }, `${who}.${key}`),
      ),
    );
  const pair = combineSchedules(matrix("Q", "any"), matrix("K", "any"), (query, key) => ({
    queryKey: queryKeyOf(query, key, who),
    ...(grams ? { keyGram: gramOf(key), queryGram: gramOf(query) } : {}),
  }));
  const withValue = combineSchedules(pair, matrix("V", d), (products, { data }) => ({ ...products, value: data }));
  return combineSchedules(withValue, beta, (head, b) => {
    const factor = prefactor?.(b) ?? 1;
    return { ...head, beta: b, value: factor === 1 ? head.value : head.value.map((entry) => factor * entry) };
  });
}

function bindScale(value: unknown, context: NumericContext, who: string, scale: ScoreScale): Scheduled<number> {
  return bindSchedule(value, context, who, (one) => {
    const number = bindScalar(one, context, who);
    const beta = scale.toBeta(number);
    if (!scale.positive || (number > 0 && beta < Number.POSITIVE_INFINITY)) return beta;
    const code = "out-of-range";
    throw new InputError({ code, who, rule: `${scale.symbol} must be positive`, got: String(number) });
  });
}

function refuseBoth(params: Projections, who: string): void {
  for (const key of ["Q", "K", "V"] as const) {
    if (params[key] === undefined) continue;
    const fix = `Move ${key} into the heads, or leave heads out`;
    const rule = `${key} and heads exclude each other`;
    throw new InputError({ code: "incompatible", who, rule, got: "both", fix, path: [key] });
  }
}

/** @throws InputError wrong-shape, out-of-range (a scale that must be positive), incompatible (heads beside Q, K or V), and what the numeric parameters throw */
export function bindHeads(
  params: HeadParameters,
  context: NumericContext,
  who: string,
  binding: HeadBinding = { scale: inverseTemperature },
): BoundHeads {
  const { scale } = binding;
  const { key } = scale;
  const common = atPath([key], () => bindScale(params[key] ?? 1, context, `${who}.${key}`, scale));
  let heads: Scheduled<KernelHead>[];
  if (params.heads === undefined) {
    heads = [bindHead(params, common, context, who, binding)];
  } else {
    refuseBoth(params, who);
    heads = params.heads.map((spec, h) =>
      atPath(["heads", h], () => {
        const own = spec[key];
        const beta =
          own === undefined ? common : atPath([key], () => bindScale(own, context, `${who}.heads.${key}`, scale));
        return bindHead(spec, beta, context, `${who}.heads[${h}]`, binding);
      }),
    );
  }
  const breakpoints = mergeBreakpoints(heads.map((one) => one.breakpoints));
  const table = piecewiseList(heads, breakpoints);
  return { count: heads.length, breakpoints, at: (t) => table.at(t) };
}

/** One list of heads per smooth piece, made once, so that `at` allocates nothing. */
function piecewiseList(
  heads: readonly Scheduled<KernelHead>[],
  breakpoints: readonly number[],
): Scheduled<readonly KernelHead[]> {
  let all: Scheduled<readonly KernelHead[]> = { at: () => [], breakpoints: [] };
  for (const one of heads) all = combineSchedules(all, one, (list, next) => [...list, next]);
  return { at: all.at, breakpoints };
}
