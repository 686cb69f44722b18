import {
  type Backend,
  type FieldOutput,
  type KernelDescription,
  type KernelHead,
  type PointBatch,
  type Visibility,
  withReference,
} from "@meanfield/core/foundation/backend";
import { InputError } from "@meanfield/core/foundation/errors";
import type { WeightedPoints } from "@meanfield/core/foundation/shapes";
import { createWorkspace, type Workspace } from "@meanfield/core/foundation/workspace";
import { requireName } from "../shared/require-name.js";
import { createLedger, type Ledger } from "./activity.js";
import { createBlock, sharedBound, valueScale } from "./certificate.js";
import { type Certified, cheapest, failingShare, forced, isWorthPlanning } from "./choose.js";
import type { FastMethodName, Plan } from "./contract.js";
import { createMemory, type ExponentialHead, exponentialHead } from "./exponential-head.js";
import { addHead, addWhole, type HeadTask } from "./head-sums.js";
import { fastMethods } from "./methods.js";
import { type Keeper, measureRates, type Rates } from "./rates.js";

export interface FastSumsOptions {
  /**
   * Largest certified |Γ̃_h − Γ_h| / max_j|V_h x_j| wanted (1), over the keys that have mass; times ∫w_h dμ where the field is
   * not normalised.
   */
  readonly accuracy: number;
  /** One method for all sums, or the fastest for each; "direct" leaves the direct backend alone. Default "auto". */
  readonly method?: "auto" | FastMethodName | "direct";
  /** What "auto" reckons with; measured at first use when left out. Give fixed rates for a choice that never varies. */
  readonly rates?: Rates;
  /** Where measured rates stay; in this process alone when left out. */
  readonly keep?: Keeper;
}

/** The methods that can be asked for. */
const methodNames: readonly string[] = ["auto", "direct", ...fastMethods.map(({ name }) => name)];

function requireAccuracy(accuracy: number): void {
  if (accuracy >= 1e-14 && accuracy <= 0.1) return;
  throw new InputError({
    code: "out-of-range",
    who: "certified sums",
    rule: "accuracy must be between 1e-14 and 0.1",
    got: String(accuracy),
    fix: "Use the direct backend alone for sums without approximation",
    path: ["backend", "accuracy"],
  });
}

/** Tries fast methods one head at a time. */
interface Engine {
  readonly accuracy: number;
  readonly method: "auto" | FastMethodName;
  readonly rates: Rates;
  readonly ledger: Ledger;
  readonly direct: Direct;
  /** Where masses, maps and sums lie, and each method's tables: taken back when the next field begins. */
  readonly work: Workspace;
  readonly tables: Readonly<Record<FastMethodName, Workspace>>;
}

function certifiedChoice(
  engine: Engine,
  kernel: KernelDescription,
  head: KernelHead,
  reduced: ExponentialHead,
): Certified | undefined {
  const { accuracy, method, rates, ledger, work, tables } = engine;
  const { sum, scoreError } = reduced;
  const scale = valueScale(head, sum, work);
  const commonOf = (plan: Plan) => sharedBound(plan, scoreError, scale, sum.d, kernel.heads.length);
  if (method === "auto") {
    const block = createBlock(1, sum.d, work);
    const failing = (plan: Plan) => failingShare(sum, plan, scale, commonOf(plan), accuracy, block);
    const choice = cheapest(fastMethods, sum, accuracy, rates, failing, (name) => tables[name]);
    return choice && { ...choice, scale, common: commonOf(choice.plan) };
  }
  const choice = forced(fastMethods.find(({ name }) => name === method)!, sum, accuracy, tables[method]);
  if (typeof choice !== "string") return { ...choice, scale, common: commonOf(choice.plan) };
  ledger.notice(`The direct sum was used: ${choice}.`);
  return undefined;
}

type Choices = readonly (readonly [ExponentialHead, Certified] | undefined)[];

/** Per head its method, or undefined for the direct sum. */
function choose(engine: Engine, kernel: KernelDescription, source: WeightedPoints, queries: WeightedPoints): Choices {
  engine.work.release(0);
  for (const { name } of fastMethods) engine.tables[name].release(0);
  const memory = createMemory();
  return kernel.heads.map((head) => {
    const reduced = exponentialHead(kernel, head, source, queries, memory, engine.work);
    if (typeof reduced === "string") {
      if (engine.method !== "auto") engine.ledger.notice(`The direct sum was used: ${reduced}.`);
      return undefined;
    }
    const choice = certifiedChoice(engine, kernel, head, reduced);
    return choice && [reduced, choice];
  });
}

/** Whether no head before the index-th is computed by its method. */
function isFirst(choices: Choices, index: number): boolean {
  const method = choices[index]?.[1].name;
  for (let h = 0; h < index; h++) if (choices[h]?.[1].name === method) return false;
  return true;
}

/** Computes every head by its method; a field counts once for each method that has a part in it. */
function compute(engine: Engine, choices: Choices, task: Omit<HeadTask, "index" | "work">): void {
  const { ledger, direct, work } = engine;
  let some = 0;
  task.out.field?.fill(0);
  direct.begin();
  for (const [index, chosen] of choices.entries()) {
    const head: HeadTask = { ...task, index, work };
    if (chosen === undefined) {
      addWhole(head, direct.backend);
      some = 1;
      continue;
    }
    const [sum, choice] = chosen;
    const { bound, fallBacks } = addHead(head, sum, choice, engine.accuracy, direct.backend);
    ledger.add(choice.name, bound, fallBacks, isFirst(choices, index) ? 1 : 0);
  }
  const by = direct.took();
  if (some > 0 || by !== undefined) ledger.add("direct", 0, 0, 1, by);
}

/** The direct backend, the reference where that declines, and which of the two was needed. */
interface Direct {
  readonly backend: Backend;
  begin(): void;
  /** The reference's name, if it computed anything since `begin`. */
  took(): string | undefined;
}

function directOf(direct: Backend): Direct {
  let declined = false;
  const backend = withReference({
    ...direct,
    field(kernel, source, queries, visibility, out) {
      if (direct.field(kernel, source, queries, visibility, out)) return true;
      declined = true;
      return false;
    },
  });
  return {
    backend,
    begin() {
      declined = false;
    },
    took: () => (declined ? "reference" : undefined),
  };
}

/** Workspaces of an engine; they grow to the greatest field and stay. */
function room(): Pick<Engine, "work" | "tables"> {
  const tables = { fourier: createWorkspace(), harmonics: createWorkspace(), pruned: createWorkspace() };
  return { work: createWorkspace(), tables: { ...tables, "exponential-grid": createWorkspace() } };
}

/** Why a field is not for fast sums, whatever its kernel. */
function obstacle(visibility: Visibility, out: FieldOutput): string | undefined {
  if (!visibility.dense) return "fast sums take no mask";
  if (out.entropy !== undefined) return "fast sums compute no entropies";
  return undefined;
}

/** Whether fast methods may have a field; one that was asked for by name says why not. */
function isMine({ method, ledger }: Engine, visibility: Visibility, out: FieldOutput): boolean {
  const why = obstacle(visibility, out);
  if (why !== undefined && method !== "auto") ledger.notice(`The direct sum was used: ${why}.`);
  return why === undefined && (out.field !== undefined || out.logPartition !== undefined);
}

/**
 * Whether the systems of a batch go one by one, each with the choice it makes alone: wherever a system might be for a fast
 * method, so that none depends on the others.
 */
function goApart(
  engine: Engine,
  kernel: KernelDescription,
  { m }: PointBatch,
  visibility: Visibility,
  out: FieldOutput,
) {
  if (kernel.weight === "sigmoid" || kernel.weight === "linear" || !isMine(engine, visibility, out)) return false;
  return engine.method !== "auto" || isWorthPlanning(m * m);
}

/** The batches of the direct backend, reported. */
function batchesOf(engine: Engine, direct: Backend): Pick<Backend, "fieldBatch"> {
  if (direct.fieldBatch === undefined) return {};
  return {
    fieldBatch(kernel, batch, visibility, out) {
      if (goApart(engine, kernel, batch, visibility, out)) return false;
      const done = direct.fieldBatch!(kernel, batch, visibility, out);
      if (done) engine.ledger.add("direct", 0, 0, batch.count);
      return done;
    },
  };
}

function requireDouble({ name, precision }: Backend): void {
  if (precision === "f64") return;
  throw new InputError({
    code: "incompatible",
    who: "withFastSums",
    rule: "the direct backend must compute in f64, because what it computes counts as certified",
    got: `backend ${name} in ${precision}`,
    fix: "Write precision: f64, or accuracy: exact",
    path: ["backend", "accuracy"],
  });
}

/**
 * A backend that computes exponential, shifted-exponential and Gaussian weights without a mask by fast sums, each query
 * certified to `accuracy`, and leaves everything else to `direct`: other weights, masks, entropies, sums too small to
 * gain, and every query that no method certifies; where that declines the reference computes. `activity()` reports methods,
 * bounds and fall-backs. A batch of systems so small that no fast method
 * is tried, or of other weights, is left to `direct`, and declined otherwise: each system then chooses for itself.
 *
 * Under `accuracy: exact` a run does not use this function at all: the direct backend never approximates.
 * @param direct computes what is not approximated, in float64
 * @throws out-of-range, unknown-name, incompatible (a direct backend of float32)
 * @cost O(m + count) per head on S¹ and S², see docs/kernels-fast-sums.md; memory O(m + count)
 * @accuracy the certificate, tested against double-double sums (contract.test.ts, certificate.long.test.ts)
 * @source derived (docs/kernels-fast-sums.md)
 */
export function withFastSums(direct: Backend, options: FastSumsOptions): Backend {
  requireAccuracy(options.accuracy);
  const method = options.method ?? "auto";
  requireName("certified sums", "method", method, methodNames, ["backend", "method"]);
  if (method === "direct") return direct;
  requireDouble(direct);
  const ledger = createLedger();
  const rates = options.rates ?? measureRates(direct, () => performance.now(), options.keep);
  const whole = directOf(direct);
  const engine: Engine = { accuracy: options.accuracy, method, rates, ledger, direct: whole, ...room() };
  return {
    ...whole.backend,
    ...batchesOf(engine, direct),
    name: `${direct.name} with fast sums`,
    certifies: { accuracy: options.accuracy, method },
    field(kernel, source, queries, visibility, out) {
      const choices = isMine(engine, visibility, out) ? choose(engine, kernel, source, queries) : [];
      if (choices.some((choice) => choice !== undefined)) {
        compute(engine, choices, { kernel, source, queries, visibility, out });
        return true;
      }
      whole.begin();
      whole.backend.field(kernel, source, queries, visibility, out);
      ledger.add("direct", 0, 0, 1, whole.took());
      return true;
    },
    activity() {
      const { summation, notices } = ledger.report();
      return { summation, notices: [...whole.backend.activity!().notices, ...notices] };
    },
  };
}
