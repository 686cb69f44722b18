import { type Backend, createReferenceBackend } from "@meanfield/core/foundation/backend";
import { InputError } from "@meanfield/core/foundation/errors";
import { type FastSumsOptions, type Keeper, withFastSums } from "../fast-sums/index.js";
import { openNative } from "../native/index.js";
import { requireName } from "../shared/require-name.js";
import { openWasm } from "../wasm/index.js";

/** What an experiment's `backend:` asks for; what it leaves out is that section's default. */
export interface BackendRequest {
  readonly name?: string;
  readonly precision?: "f64" | "f32";
  readonly threads?: "auto" | number;
  readonly accuracy?: "exact" | number;
  /** Method of the fast sums that certify the accuracy; default "auto". */
  readonly method?: string;
}

export interface OpenOptions {
  /** Threads that `auto` stands for. Default 1. */
  readonly processors?: number;
  /** Where the measured rates stay by which "auto" chooses a fast sum; default in this process alone. */
  readonly keep?: Keeper;
}

/** Why a backend cannot be had; `expected` where that is nothing to tell, because it was never installed. */
interface Absent {
  readonly reason: string;
  readonly expected: boolean;
}

type Open = (precision: "f64" | "f32", threads: number) => Promise<Backend | Absent>;

const isAbsent = (attempt: Backend | Absent): attempt is Absent => "reason" in attempt;

async function tryWasm(precision: "f64" | "f32", threads: number): Promise<Backend | Absent> {
  try {
    return await openWasm({ precision, threads });
  } catch (error) {
    if (error instanceof InputError) return { reason: error.message, expected: false };
    throw error;
  }
}

async function tryNative(precision: "f64" | "f32", threads: number): Promise<Backend | Absent> {
  const opened = openNative({ precision, threads });
  if ("backend" in opened) return opened.backend;
  const { code, message } = opened.unavailable;
  return { reason: message, expected: code === "not-built" };
}

/** In order of preference. */
const fast: readonly { readonly name: string; readonly open: Open }[] = [
  { name: "native", open: tryNative },
  { name: "wasm", open: tryWasm },
];

const backendNames: readonly string[] = ["auto", ...fast.map(({ name }) => name), "reference"];

function refuse(name: string, reason: string): never {
  throw new InputError({
    code: "incompatible",
    who: `backend ${name}`,
    rule: "it must be there to be asked for by name",
    got: reason.replace(/\.$/, ""),
    fix: "Write backend: { name: auto } to take the best that is there",
    path: ["backend", "name"],
  });
}

function refuseSingle(notices: readonly string[]): never {
  throw new InputError({
    code: "incompatible",
    who: "backend",
    rule: "float32 needs the backend wasm or native",
    got: notices.length === 0 ? "neither" : notices.join(" ").replace(/\.$/, ""),
    fix: "Write precision: f64, which the reference computes everywhere",
    path: ["backend", "precision"],
  });
}

/** A backend with what made it necessary in its report. */
function withNotices(backend: Backend, notices: readonly string[]): Backend {
  if (notices.length === 0) return backend;
  return {
    ...backend,
    activity() {
      const own = backend.activity?.() ?? { summation: [], notices: [] };
      return { ...own, notices: [...notices, ...own.notices] };
    },
  };
}

/**
 * The backends this machine has for a request, the preferred one first: the native library where it has been built,
 * WebAssembly SIMD, the reference. One that is there and cannot be used is in the notices of those behind it. With a number
 * as accuracy each hands the sums it can certify to the fast methods.
 *
 * @returns backends under their names, for `experiment(document, { backends })`
 * @throws (rejects) InputError unknown-name; incompatible when a backend asked for by name cannot be opened, nothing here
 * computes in float32, or an accuracy is to be certified in it
 */
export async function openBackends(
  request: BackendRequest = {},
  options: OpenOptions = {},
): Promise<readonly Backend[]> {
  const { name = "auto", precision = "f64", threads = "auto", accuracy = "exact", method = "auto" } = request;
  requireName("backend", "backend", name, backendNames, ["backend", "name"]);
  const opened: Backend[] = [];
  const notices: string[] = [];
  for (const one of fast.filter((each) => name === "auto" || name === each.name)) {
    const attempt = await one.open(precision, threads === "auto" ? (options.processors ?? 1) : threads);
    if (!isAbsent(attempt)) {
      opened.push(withNotices(attempt, notices));
      break;
    }
    if (name === one.name) refuse(name, attempt.reason);
    if (!attempt.expected) notices.push(`Slower: no backend ${one.name}: ${attempt.reason}`);
  }
  if (precision === "f32" && name === "auto" && opened.length === 0) refuseSingle(notices);
  const all = precision === "f64" ? [...opened, withNotices(createReferenceBackend(), notices)] : opened;
  if (accuracy === "exact") return all;
  // The name is a user's word: withFastSums refuses what is no method.
  const asked = { accuracy, method: method as NonNullable<FastSumsOptions["method"]> };
  const fastSums = options.keep === undefined ? asked : { ...asked, keep: options.keep };
  return all.map((one) => ({ ...withFastSums(one, fastSums), name: one.name }));
}
