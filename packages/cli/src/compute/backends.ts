import { availableParallelism } from "node:os";
import type { Backend } from "@meanfield/core/foundation/backend";
import { type BackendRequest, openBackends } from "@meanfield/kernels/open";
import { cacheFolder, keptNumbers } from "../files/kept-numbers.js";

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The `backend:` section as far as it makes sense; what does not is for the experiment to refuse. */
function requestOf(document: unknown): BackendRequest {
  const section = isMapping(document) && isMapping(document["backend"]) ? document["backend"] : {};
  const { name, precision, threads, accuracy, method } = section;
  return {
    ...(typeof name === "string" ? { name } : {}),
    ...(precision === "f32" ? { precision } : {}),
    ...(Number.isInteger(threads) && (threads as number) >= 1 ? { threads: threads as number } : {}),
    ...(typeof accuracy === "number" && accuracy > 0 ? { accuracy } : {}),
    ...(typeof method === "string" ? { method } : {}),
  };
}

/**
 * The backends of a document on this machine.
 * @param work `alone`: all processors are this computation's; `shared`: one thread, because its siblings have the others
 * @throws InputError when one asked for by name is not there
 */
export const backendsOf = (document: unknown, work: "alone" | "shared"): Promise<readonly Backend[]> =>
  openBackends(requestOf(document), {
    processors: work === "alone" ? availableParallelism() : 1,
    keep: keptNumbers(cacheFolder()),
  });
