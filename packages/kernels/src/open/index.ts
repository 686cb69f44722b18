import { type Backend, createReferenceBackend } from "@meanfield/core/foundation/backend";
import { InputError } from "@meanfield/core/foundation/errors";
import { withFastSums } from "../fast-sums/index.js";
import { openNative } from "../native/index.js";
import { openWasm } from "../wasm/index.js";

/** What an experiment's `backend:` asks for; what it leaves out is that section's default. */
export interface BackendRequest {
  readonly name?: string;
  readonly precision?: "f64" | "f32";
  readonly threads?: "auto" | number;
  readonly accuracy?: "exact" | number;
}

export interface OpenOptions {
  /** Threads that `auto` stands for. Default 1. */
  readonly processors?: number;
}

/** A backend, or why there is none. */
type Attempt = Backend | string;
type Open = (precision: "f64" | "f32", threads: number) => Promise<Attempt>;

async function tryWasm(precision: "f64" | "f32", threads: number): Promise<Attempt> {
  try {
    return await openWasm({ precision, threads });
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

async function tryNative(precision: "f64" | "f32", threads: number): Promise<Attempt> {
  const opened = openNative({ precision, threads });
  return "backend" in opened ? opened.backend : opened.unavailable.message;
}

/** In order of preference. A machine without the native library is nothing to tell; one without SIMD is. */
const fast: readonly { readonly name: string; readonly open: Open; readonly expected: boolean }[] = [
  { name: "native", open: tryNative, expected: false },
  { name: "wasm", open: tryWasm, expected: true },
];

function refuse(name: string, reason: string): never {
  throw new InputError({
    code: "incompatible",
    who: `backend ${name}`,
    rule: "it must be there to be asked for by name",
    got: reason,
    fix: "Write backend: { name: auto } to take the best that is there",
    path: ["backend", "name"],
  });
}

/** The reference with what made it necessary in its report. */
function reference(notices: readonly string[]): Backend {
  const backend = createReferenceBackend();
  return notices.length === 0 ? backend : { ...backend, activity: () => ({ summation: [], notices }) };
}

/**
 * The backends this machine has for a request, the preferred one first: the native library where it has been built,
 * WebAssembly SIMD, the reference. With a number as accuracy each hands the sums it can certify to the fast methods.
 *
 * @returns backends under their names, for `experiment(document, { backends })`
 * @throws (rejects) InputError incompatible when a backend asked for by name cannot be opened
 */
export async function openBackends(
  request: BackendRequest = {},
  options: OpenOptions = {},
): Promise<readonly Backend[]> {
  const { name = "auto", precision = "f64", threads = "auto", accuracy = "exact" } = request;
  const opened: Backend[] = [];
  const notices: string[] = [];
  for (const one of fast.filter((each) => name === "auto" || name === each.name)) {
    const attempt = await one.open(precision, threads === "auto" ? (options.processors ?? 1) : threads);
    if (typeof attempt !== "string") opened.push(attempt);
    else if (name === one.name) refuse(name, attempt);
    else if (one.expected) notices.push(`No backend ${one.name}: ${attempt}`);
    if (opened.length > 0) break;
  }
  const all = precision === "f64" ? [...opened, reference(notices)] : opened;
  return accuracy === "exact" ? all : all.map((one) => ({ ...withFastSums(one, { accuracy }), name: one.name }));
}
