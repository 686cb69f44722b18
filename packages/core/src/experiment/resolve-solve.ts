import { type Backend, withReference } from "../foundation/backend/index.js";
import { atPath, InputError, show } from "../foundation/errors/index.js";
import { adaptive, fixed, logTime, type Method, mostSteps, type Stepping, type TimeChange } from "../solve/index.js";
import { resolveChoice } from "./choice.js";
import { parseParameters } from "./parse.js";
import type { Plugins } from "./plugins.js";
import type { Resolved } from "./resolve-model.js";
import type { BackendReport } from "./result.js";
import { type DocumentSpec, stepsSchema } from "./spec.js";

/** How the continuous levels are integrated. */
export interface Integration {
  readonly span: readonly [number, number];
  readonly method: Method;
  readonly stepping: Stepping;
  /** The variable the steps are made in; depth when left out. */
  readonly time?: TimeChange;
  readonly seed: number;
  /** Independent draws of tokens and noise. */
  readonly repeats: number;
}

function resolveSteps(value: unknown): { stepping: Stepping; canonical: unknown } {
  const path = ["solve", "steps"] as const;
  const kind = typeof value === "object" && value !== null ? Object.keys(value) : [];
  if (kind.length !== 1 || (kind[0] !== "adaptive" && kind[0] !== "fixed")) {
    const rule = "steps is { adaptive: { rtol, atol } } or { fixed: { dt } }";
    throw new InputError({ code: "wrong-type", who: "solve.steps", rule, got: show(value), path });
  }
  const branch = kind[0] === "adaptive" ? stepsSchema.options[0] : stepsSchema.options[1];
  const steps = parseParameters<Record<string, unknown>>("solve.steps", branch, value, path);
  if ("fixed" in steps) {
    const { dt } = steps["fixed"] as { dt: number };
    return { stepping: atPath([...path, "fixed"], () => fixed(dt)), canonical: steps };
  }
  const tolerance = steps["adaptive"] as { rtol: number; atol: number; maxSteps: number };
  return { stepping: atPath([...path, "adaptive"], () => adaptive(tolerance)), canonical: steps };
}

function requireSteps(stepping: Stepping, [start, end]: readonly [number, number]): void {
  if (stepping.kind !== "fixed" || (end - start) / stepping.dt <= mostSteps) return;
  throw new InputError({
    code: "out-of-range",
    who: "steps.fixed",
    rule: `the span [${start}, ${end}] holds at most 10¹⁰ steps`,
    got: `dt: ${stepping.dt}`,
    path: ["solve", "steps", "fixed", "dt"],
  });
}

/** The `solve:` section. @throws InputError unknown-name, out-of-range, incompatible */
export function resolveSolve(spec: DocumentSpec["solve"], plugins: Plugins): Resolved<Integration> {
  const { span, seed, repeats } = spec;
  if (!(span[0] < span[1])) {
    throw new InputError({
      code: "out-of-range",
      who: "solve.span",
      rule: "a span [t0, t1] needs t0 < t1",
      got: show(span),
      path: ["solve", "span"],
    });
  }
  const method = resolveChoice("method", plugins.methods, spec.method, ["solve", "method"]);
  const bound = method.plugin.bind(method.params);
  const { stepping, canonical } = resolveSteps(spec.steps);
  if (stepping.kind === "adaptive" && bound.errorNorm === undefined) {
    throw new InputError({
      code: "incompatible",
      who: `method ${bound.name}`,
      rule: "it has no error estimate, so it cannot choose its steps",
      got: "steps: adaptive",
      fix: "Give steps: { fixed: { dt: … } }, or use tsit5 or dop853",
      path: ["solve", "method"],
    });
  }
  requireSteps(stepping, span);
  const { time } = spec;
  if (time !== undefined && stepping.kind !== "adaptive") {
    throw new InputError({
      code: "incompatible",
      who: "solve.time",
      rule: "a change of time needs adaptive steps",
      got: "steps: fixed",
      fix: "Give steps: { adaptive: { rtol, atol } }, or leave time out",
      path: ["solve", "time"],
    });
  }
  return {
    value: { span, method: bound, stepping, seed, repeats, ...(time && { time: logTime(time.log.scale) }) },
    canonical: {
      ...{ span: [...span], method: method.canonical, steps: canonical, seed, repeats },
      ...(time && { time }),
    },
  };
}

/** No bound is certified of sums in float32: what they lose grows with the scores; and none is where none is asked for. */
function requireCertifiable({ precision, accuracy, method }: DocumentSpec["backend"]): void {
  if (method !== undefined && method !== "auto" && method !== "direct" && accuracy === "exact") {
    throw new InputError({
      code: "incompatible",
      who: "backend",
      rule: "a method of summation needs an accuracy, because exact sums are direct",
      got: `method: ${method} with accuracy: exact`,
      fix: "Write an accuracy such as 1e-10 beside it, or leave method out",
      path: ["backend", "method"],
    });
  }
  if (accuracy === "exact" || precision === "f64") return;
  throw new InputError({
    code: "incompatible",
    who: "backend",
    rule: "a certified accuracy needs sums in f64, because those that no fast method takes are computed in the precision",
    got: `accuracy: ${accuracy} with precision: ${precision}`,
    fix: "Write precision: f64, or accuracy: exact",
    path: ["backend", "accuracy"],
  });
}

/** A backend with certified sums computes what it was opened for; one without is exact, whatever accuracy is asked for. */
function requireCertified({ accuracy, method = "auto" }: DocumentSpec["backend"], backend: Backend): void {
  const { certifies } = backend;
  const fits =
    certifies === undefined
      ? method === "auto" || method === "direct"
      : certifies.accuracy === accuracy && certifies.method === method;
  if (fits) return;
  const has =
    certifies === undefined ? "direct sums alone" : `accuracy ${certifies.accuracy}, method ${certifies.method}`;
  throw new InputError({
    code: "incompatible",
    who: `backend ${backend.name}`,
    rule: `it was opened with ${has}`,
    got: `accuracy: ${accuracy}, method: ${method}`,
    fix: "Open it for what is asked (openBackends); a sweep opens its backends once, so that neither can be swept",
    path: ["backend", method === "auto" ? "accuracy" : "method"],
  });
}

/**
 * The `backend:` section against the backends at hand; the reference computes what the one chosen declines.
 * @throws InputError unknown-name, incompatible
 */
export function resolveBackend(
  spec: DocumentSpec["backend"],
  backends: readonly Backend[],
): Resolved<Backend> & { readonly report: BackendReport } {
  requireCertifiable(spec);
  const names = [...new Set(backends.map((one) => one.name))];
  const named = spec.name === "auto" ? backends : backends.filter((one) => one.name === spec.name);
  if (named.length === 0) {
    throw new InputError({
      code: "unknown-name",
      who: "backend",
      rule: `there is no backend "${spec.name}" here`,
      fix: `There are auto, ${names.join(", ")}`,
      path: ["backend", "name"],
    });
  }
  const backend = named.find((one) => one.precision === spec.precision);
  if (backend === undefined) {
    throw new InputError({
      code: "incompatible",
      who: spec.name === "auto" ? "backend" : `backend ${spec.name}`,
      rule: `it computes in ${[...new Set(named.map((one) => one.precision))].join(" or ")} here`,
      got: spec.precision,
      path: ["backend", "precision"],
    });
  }
  requireCertified(spec, backend);
  if (typeof spec.threads === "number" && spec.threads > backend.threads) {
    throw new InputError({
      code: "incompatible",
      who: `backend ${backend.name}`,
      rule: `it runs on ${backend.threads} thread${backend.threads === 1 ? "" : "s"}`,
      got: String(spec.threads),
      fix: "Write threads: auto",
      path: ["backend", "threads"],
    });
  }
  const report = {
    name: backend.name,
    precision: backend.precision,
    accuracy: spec.accuracy,
    threads: backend.threads,
    ...(spec.method === undefined || spec.method === "auto" ? {} : { method: spec.method }),
    ...(backend.variant === undefined ? {} : { variant: backend.variant }),
  };
  return { value: withReference(backend), canonical: { ...spec }, report };
}
