import type { Backend } from "@meanfield/core/foundation/backend";
import { InputError } from "@meanfield/core/foundation/errors";
import { openBackends } from "../open/index.js";
import { caseOf, softmaxCase } from "./cases.js";
import type { Contender } from "./measure.js";
import type { BenchBackend, BenchGroup, Precision } from "./plan.js";
import { loopsOf, openRoofline, type Roofline } from "./roofline.js";

interface Opened {
  readonly backend: Backend;
  readonly roofline: () => Roofline;
}

/** Tokens of the one system that an ensemble is compared with. */
export const comparedTokens = 1024;

/** A case, and beside that of an ensemble one large system by the same kernel. */
function contendersOf({ backend, roofline }: Opened, { kernel, n, d }: BenchGroup): Contender[] {
  const own = { case: caseOf(kernel, backend, n, d), roofline };
  // Where systems are taken one by one there is nothing to compare.
  if (kernel !== "ensemble" || backend.fieldBatch === undefined) return [own];
  return [own, { case: softmaxCase(backend, comparedTokens, d), roofline, compared: true }];
}

/** The backends of a benchmark, each opened once for a precision and a number of threads. */
export interface Contenders {
  /** Those of a group, in the order of its threads, precisions and backends. */
  of(group: BenchGroup): Promise<Contender[]>;
  /** What was asked for and is not there, and why. */
  readonly notices: readonly string[];
  /** Rooflines measured so far, by backend and precision. */
  readonly rooflines: ReadonlyMap<string, readonly Roofline[]>;
  close(): void;
}

/** Only float64 on one thread is the reference's; products and normals are float64 everywhere. */
function applies(name: BenchBackend, precision: Precision, threads: number, { kernel }: BenchGroup): boolean {
  if (name === "reference") return precision === "f64" && threads === 1;
  return precision === "f64" || kernel === "softmax" || kernel === "ensemble";
}

/**
 * @param strict a backend that is not there is an error, not a notice
 * @throws (rejects) InputError incompatible
 */
export function openContenders(
  precisions: readonly Precision[],
  { strict, now }: { readonly strict: boolean; now(): number },
): Contenders {
  const opened = new Map<string, Opened | undefined>();
  const rooflines = new Map<string, Roofline[]>();
  const notices: string[] = [];

  /** One roofline for a backend and precision: of one core, whatever the number of threads. */
  const rooflineOf = (backend: Backend): (() => Roofline) => {
    const measured: Roofline[] = [];
    const measureOnce = openRoofline(loopsOf(backend), now);
    rooflines.set(`${backend.name} ${backend.precision}`, measured);
    return () => {
      measured.push(measureOnce());
      return measured.at(-1)!;
    };
  };

  const open = async (name: BenchBackend, precision: Precision, threads: number): Promise<Opened | undefined> => {
    try {
      const [backend] = await openBackends({ name, precision, threads });
      if (backend === undefined) return undefined;
      const single = threads === 1 ? undefined : await get(name, precision, 1);
      return { backend, roofline: single?.roofline ?? rooflineOf(backend) };
    } catch (error) {
      if (strict || !(error instanceof InputError) || error.code !== "incompatible") throw error;
      const notice = `No backend ${name}: ${error.parts.got}`;
      if (!notices.includes(notice)) notices.push(notice);
      return undefined;
    }
  };
  const get = async (name: BenchBackend, precision: Precision, threads: number): Promise<Opened | undefined> => {
    const key = `${name} ${precision} ${threads}`;
    if (!opened.has(key)) opened.set(key, await open(name, precision, threads));
    return opened.get(key);
  };

  return {
    async of(group) {
      const contenders: Contender[] = [];
      for (const threads of group.threads) {
        for (const precision of precisions) {
          for (const name of group.backends.filter((one) => applies(one, precision, threads, group))) {
            const found = await get(name, precision, threads);
            if (found === undefined) continue;
            contenders.push(...contendersOf(found, group));
          }
        }
      }
      return contenders;
    },
    notices,
    rooflines,
    close() {
      for (const one of opened.values()) (one?.backend as { close?(): void } | undefined)?.close?.();
    },
  };
}
