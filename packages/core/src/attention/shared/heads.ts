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

const betaMeta = {
  symbol: "β",
  unit: "1",
  doc: "inverse temperature of the scores β⟨Qx, Ky⟩",
  slider: [0, 10, 0.1] as const,
};

const head = z.strictObject({
  Q: matrixParameter(meta.Q, "identity"),
  K: matrixParameter(meta.K, "identity"),
  V: matrixParameter(meta.V, "identity"),
  beta: scalarParameter({ ...betaMeta, doc: "β of this head" }).optional(),
});

/** β, Q, K, V, or a list of heads instead of Q, K, V. */
export const headParameters = {
  beta: scalarParameter(betaMeta, 1),
  Q: matrixParameter(meta.Q).optional(),
  K: matrixParameter(meta.K).optional(),
  V: matrixParameter(meta.V).optional(),
  heads: z.array(head).min(1).optional().meta({ doc: "several heads, summed: a list of { Q, K, V, beta? }" }),
};

export interface HeadParameters {
  readonly beta?: unknown;
  readonly Q?: unknown;
  readonly K?: unknown;
  readonly V?: unknown;
  readonly heads?:
    | readonly { readonly Q?: unknown; readonly K?: unknown; readonly V?: unknown; readonly beta?: unknown }[]
    | undefined;
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

interface Projections {
  readonly Q?: unknown;
  readonly K?: unknown;
  readonly V?: unknown;
}

function bindHead(
  spec: Projections,
  beta: Scheduled<number>,
  context: NumericContext,
  who: string,
): Scheduled<KernelHead> {
  const { d } = context;
  const matrix = (key: "Q" | "K" | "V", rows: number | "any") =>
    atPath([key], () =>
      bindSchedule(spec[key] ?? "identity", context, `${who}.${key}`, (value) =>
        bindMatrix(value, { rows, columns: d }, `${who}.${key}`),
      ),
    );
  const queryKey = combineSchedules(matrix("Q", "any"), matrix("K", "any"), (query, key) =>
    queryKeyOf(query, key, who),
  );
  const withValue = combineSchedules(queryKey, matrix("V", d), (product, value) => ({ product, value: value.data }));
  return combineSchedules(withValue, beta, ({ product, value }, b) => ({ beta: b, queryKey: product, value }));
}

function bindBeta(value: unknown, context: NumericContext, who: string): Scheduled<number> {
  return bindSchedule(value, context, who, (one) => bindScalar(one, context, who));
}

/** @throws InputError wrong-shape, incompatible (heads beside Q, K or V), and what the numeric parameters throw */
export function bindHeads(params: HeadParameters, context: NumericContext, who: string): BoundHeads {
  const beta = atPath(["beta"], () => bindBeta(params.beta ?? 1, context, `${who}.beta`));
  let heads: Scheduled<KernelHead>[];
  if (params.heads === undefined) {
    heads = [bindHead(params, beta, context, who)];
  } else {
    for (const key of ["Q", "K", "V"] as const) {
      if (params[key] === undefined) continue;
      const fix = `Move ${key} into the heads, or leave heads out`;
      throw new InputError({
        code: "incompatible",
        who,
        rule: `${key} and heads exclude each other`,
        got: "both",
        fix,
        path: [key],
      });
    }
    heads = params.heads.map((spec, h) =>
      atPath(["heads", h], () => {
        const own = spec.beta;
        const headBeta = own === undefined ? beta : atPath(["beta"], () => bindBeta(own, context, `${who}.heads.beta`));
        return bindHead(spec, headBeta, context, `${who}.heads[${h}]`);
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
