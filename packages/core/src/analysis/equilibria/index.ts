import { z } from "zod";
import { InputError, show } from "../../foundation/errors/index.js";
import { seedParameter } from "../../foundation/parameters/index.js";
import type { AnalysisContext, AnalysisPlugin } from "../contract.js";
import { equilibriaJson, grouped } from "../shared/equilibria-json.js";
import { type EquilibriumSearch, findEquilibria, vanishingCount } from "../shared/equilibrium-search.js";
import { type MomentFlow, momentFlow } from "../shared/moment-flow.js";
import { branchesJson } from "./branches-json.js";
import { branchesThrough } from "./continuation.js";
import { familyOver } from "./family.js";

const continuation = z.strictObject({
  path: z.string().meta({ doc: "a number of the model, as in a sweep: model.attention.softmax.beta" }),
  range: z.tuple([z.number(), z.number()]).meta({ doc: "[a, b] of that number", unit: "1" }),
  searches: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(5)
    .meta({ doc: "equally spaced places of the range where equilibria are looked for", unit: "1" }),
});

const params = z.strictObject({
  starts: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(32)
    .meta({ doc: "starts of Newton's method for each rank", unit: "1" }),
  seed: seedParameter("seed of the starts"),
  continue: continuation.optional().meta({ doc: "the branches of equilibria as a number of the model moves" }),
});

type Parameters = z.output<typeof params>;

/** Largest d that is searched unasked, and at all: an iteration solves d(d + 1)/2 equations, by differences. */
const [unasked, largest] = [4, 12];

/** After the last breakpoint of a schedule its coefficients stay for ever. */
const settled = ({ model, span }: AnalysisContext): number => Math.max(span[0], ...model.breakpoints);

function search(flow: MomentFlow, { starts, seed }: Parameters, { cancel }: AnalysisContext): EquilibriumSearch {
  const ranks = Array.from({ length: flow.d + 1 }, (_, rank) => rank);
  return findEquilibria(flow, { ranks, startsPerRank: starts, seed, ...(cancel && { cancel }) });
}

/** Branches through what is found at equally spaced places of the range; continua, which are no branches, are left out. */
function branches(parameters: Parameters, context: AnalysisContext) {
  const { path, range, searches } = parameters.continue!;
  const { initial, cancel, modelAt } = context;
  const moments = initial.moments();
  const at = settled(context);
  const family = familyOver(range, (value) => momentFlow(modelAt!(path, value), at, moments));
  const places = Array.from({ length: searches }, (_, k) => (searches === 1 ? 0.5 : k / (searches - 1)));
  const found = places.map((q) => ({ q, ...search(family.flowAt(q), parameters, context) }));
  const starts = found.flatMap(({ q, equilibria }) =>
    equilibria.filter((one) => vanishingCount(one) === 0).map(({ point }) => ({ point, q })),
  );
  const followed = branchesThrough(family, starts, cancel);
  const cut = [...found.map(({ outcome }) => outcome), followed.outcome].find(({ status }) => status === "stopped");
  const outcome = cut ?? followed.outcome;
  return { outcome, json: branchesJson(family, followed.branches, { path, range, searches, outcome }) };
}

/** @throws InputError, for a path or range that the model cannot have */
function check(context: AnalysisContext): void {
  const { continue: wanted } = context.parameters as Parameters;
  if (wanted === undefined) return;
  const { path, range } = wanted;
  const who = "equilibria.continue";
  if (!path.startsWith("model.")) {
    const fix = "For example model.attention.softmax.beta";
    throw new InputError({
      code: "out-of-range",
      who,
      rule: "path leads to a number of the model",
      got: path,
      fix,
      path: ["continue", "path"],
    });
  }
  if (!(range[1] > range[0])) {
    throw new InputError({
      code: "out-of-range",
      who,
      rule: "range is [a, b] with a < b",
      got: show(range),
      path: ["continue", "range"],
    });
  }
  if (context.modelAt === undefined)
    throw new InputError({ code: "missing", who, rule: "the model's document is needed to vary it" });
  for (const value of range) {
    const obstacle = context.modelAt(path, value).gaussianObstacle;
    if (obstacle !== undefined)
      throw new InputError({
        code: "incompatible",
        who,
        rule: obstacle,
        got: `${path} = ${value}`,
        path: ["continue"],
      });
  }
}

/**
 * All equilibria of the moments that seeded starts of Newton's method find, of every rank, with their linearised spectra;
 * and, asked for, their branches as a number of the model moves, with folds, Hopf points and exchanges of stability. Of a
 * schedule, the coefficients after its last breakpoint.
 *
 * @cost starts × (d + 1) searches, see findEquilibria; for each branch a few hundred places
 * @accuracy equilibria 1e-11, folds 1e-9, Hopf points 1e-7 of the range (index.test.ts, ../shared/equilibrium-search.test.ts)
 * @source theory.md §2 (general V: equilibria by Newton, stability on the rank stratum); derived
 */
export const equilibria: AnalysisPlugin = {
  name: "equilibria",
  doc: "Equilibria of the moments of Gaussian tokens with their stability, and their branches in a parameter.",
  source: "arXiv 2606.07600, theory.md §2",
  params,
  integrates: true,
  obstacle({ model, parameters }) {
    if (model.gaussianObstacle !== undefined) return model.gaussianObstacle;
    if (model.d > largest) return `equilibria are searched for d ≤ ${largest}`;
    const asked = parameters !== undefined || model.d <= unasked;
    return asked
      ? undefined
      : `for d > ${unasked} equilibria are searched when the document has analyze: { equilibria: {} }`;
  },
  check,
  analyze(context) {
    const parameters = (context.parameters ?? params.parse({})) as Parameters;
    const flow = momentFlow(context.model, settled(context), context.initial.moments());
    const found = search(flow, parameters, context);
    const answer = equilibriaJson(flow, found);
    const { single, continua } = grouped(found.equilibria);
    const stable = single.filter(({ stability }) => stability === "stable").length;
    const seen = `${single.length} isolated, ${stable} of them stable${flow.carried ? "" : " in Σ"}`;
    const more = continua.length > 0 ? `; ${continua.length} kinds of continua` : "";
    const gaveUp = found.failed.length > 0 ? `; ${found.failed.length} starts failed` : "";
    const curves = parameters.continue === undefined ? undefined : branches(parameters, context);
    const cut =
      found.outcome.status === "stopped"
        ? `cancelled after ${found.tried} starts: `
        : curves?.outcome.status === "stopped"
          ? "branches cancelled: "
          : "";
    return { verdict: cut + seen + more + gaveUp, isolated: single.length, stable, ...answer, ...curves?.json };
  },
};
