import type { BackendReport } from "@meanfield/core/experiment";
import { canonicalJson } from "./canonical.js";
import { encodeText } from "./text.js";

/** Keys of a spec that describe a run and do not change it; `backend` asks for what the backend itself answers. */
const descriptive: readonly string[] = ["title", "notes", "backend"];

/**
 * First 16 hex digits of SHA-256(canonical JSON of { spec without title, notes and backend, backend, versions }).
 *
 * @param spec the resolved spec, so that what is spelled out and what is a default give one id
 * @param backend name, variant, precision, accuracy and a named method count; the number of threads does not, since it changes no bit
 * @param versions package → version, of every package that computes
 * @param sha256 bytes → 64 hex digits
 * @throws InputError not-finite, wrong-type (the spec is not JSON)
 */
export async function runId(
  spec: Readonly<Record<string, unknown>>,
  backend: Pick<BackendReport, "name" | "precision" | "accuracy" | "method" | "variant">,
  versions: Readonly<Record<string, string>>,
  sha256: (bytes: Uint8Array) => Promise<string>,
): Promise<string> {
  const kept = Object.fromEntries(Object.entries(spec).filter(([key]) => !descriptive.includes(key)));
  const { name, precision, accuracy, method, variant } = backend;
  const named = method === undefined ? {} : { method };
  const computing = { name, precision, accuracy, ...named, ...(variant === undefined ? {} : { variant }) };
  const text = canonicalJson({ spec: kept, backend: computing, versions }, "run id");
  return (await sha256(encodeText(text))).slice(0, 16);
}
