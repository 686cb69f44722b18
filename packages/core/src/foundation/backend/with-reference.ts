import type { Backend, BackendActivity, KernelDescription } from "./contract.js";
import { createReferenceBackend } from "./reference.js";

const tooCoarse = "the sum must be in float64";

/** A perceptron's plain loop is the feed-forward's own; that it was needed is told here. */
function perceptronOf(backend: Backend, note: (what: string) => void): Pick<Backend, "perceptron"> {
  if (backend.perceptron === undefined) return {};
  return {
    perceptron(layer, points, n, factor, out) {
      if (backend.perceptron!(layer, points, n, factor, out)) return true;
      note("perceptron");
      return false;
    },
  };
}

/**
 * A backend that computes every field: by the reference where `backend` declines, or computes in less than the float64
 * that a kernel asks for. `activity()` tells how many sums the reference computed, and why.
 *
 * @returns `backend` itself where it declines no field
 * @cost that of the backend, or of the reference; a sum that is declined again and again allocates nothing
 * @accuracy that of the backend, or of the reference
 */
export function withReference(backend: Backend): Backend {
  if (backend.complete === true) return backend;
  const reference = createReferenceBackend();
  /** What was declined → why → the sentence for it. */
  const told = new Map<string, Map<string, string>>();
  const note = (what: string, why = backend.declined?.() ?? "no reason given"): void => {
    const reasons = told.get(what) ?? new Map<string, string>();
    told.set(what, reasons);
    if (reasons.has(why)) return;
    const by = what === "field" ? "the reference" : "a plain loop";
    reasons.set(why, `Slower: ${by} computed what backend ${backend.name} declined of a ${what}: ${why}.`);
  };
  const fits = ({ precision }: KernelDescription): boolean => precision !== "f64" || backend.precision === "f64";
  const batches: Pick<Backend, "fieldBatch"> =
    backend.fieldBatch === undefined
      ? {}
      : { fieldBatch: (kernel, batch, mask, out) => fits(kernel) && backend.fieldBatch!(kernel, batch, mask, out) };
  return {
    ...backend,
    ...batches,
    ...perceptronOf(backend, note),
    complete: true,
    field(kernel, source, queries, visibility, out) {
      const fine = fits(kernel);
      if (fine && backend.field(kernel, source, queries, visibility, out)) return true;
      if (fine) note("field");
      else note("field", tooCoarse);
      return reference.field(kernel, source, queries, visibility, out);
    },
    activity(): BackendActivity {
      const own = backend.activity?.() ?? { summation: [], notices: [] };
      const byReference = reference.activity!().summation.map((row) => ({ ...row, by: reference.name }));
      const sentences = [...told.values()].flatMap((reasons) => [...reasons.values()]);
      told.clear();
      return { summation: [...own.summation, ...byReference], notices: [...own.notices, ...sentences] };
    },
  };
}
