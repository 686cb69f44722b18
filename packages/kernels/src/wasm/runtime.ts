import { InputError } from "@meanfield/core/foundation/errors";
import { type Arena, createArena } from "./arena.js";
import { maximumPages } from "./binaries.js";
import type { Environment } from "./environment.js";
import { instantiate, type KernelSet, type Modules } from "./kernels.js";
import { createTeam, soloTeam, type Team } from "./team.js";

/** One memory with all that works on it. */
export interface Runtime {
  readonly kernels: KernelSet;
  readonly arena: Arena;
  readonly team: Team;
  /** Resolves when all workers take part. */
  readonly ready: Promise<void>;
  stop(): void;
}

/** A worker that has claimed work and says nothing for this long counts as dead, in ms. */
const patience = 1000;
/** Workers that have not started after this long join in later, in ms. */
const startPatience = 5000;
/** 1 MiB to begin with. */
const initialPages = 16;

/**
 * The memory, of the greatest maximum the engine will reserve; no module may take more than it declares.
 * @throws incompatible when the engine gives none
 */
function openMemory(environment: Environment, shared: boolean): WebAssembly.Memory {
  for (let maximum = maximumPages; maximum >= 1024; maximum /= 4) {
    try {
      return environment.createMemory({ initial: initialPages, maximum, shared });
    } catch {
      // A smaller address space, then.
    }
  }
  throw new InputError({
    code: "incompatible",
    who: "openWasm",
    rule: "the engine must reserve 64 MiB of address space for the kernels",
    got: "a refusal",
    fix: "Close other pages or processes, or use the backend reference",
  });
}

async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

/**
 * A memory, the kernels on it and a team of threads.
 * @param lost is told when a worker cannot be started, or ends of itself
 */
export function startRuntime(
  environment: Environment,
  modules: Modules,
  threads: number,
  lost: (what: string) => void,
): Runtime {
  const memory = openMemory(environment, threads > 1);
  const kernels = instantiate(modules, memory);
  const arena = createArena(memory);
  if (threads === 1) {
    return { kernels, arena, team: soloTeam(kernels), ready: Promise.resolve(), stop: () => undefined };
  }
  let present = 0;
  const helpers = Array.from({ length: threads - 1 }, (_, k) => {
    let resolve = (): void => undefined;
    const settled = new Promise<void>((done) => {
      resolve = done;
    });
    let counted = false;
    const ready = (): void => {
      present++;
      counted = true;
      resolve();
    };
    const ended = (reason: string): void => {
      if (counted) present--;
      resolve();
      lost(`A worker ended of itself (${reason})`);
    };
    try {
      return { settled, helper: environment.spawn({ modules, memory, thread: k + 1 }, ready, ended) };
    } catch (error) {
      resolve();
      lost(`A worker could not be started (${String(error)})`);
      return { settled };
    }
  });
  const team = createTeam(kernels, { threads, present: () => present, patience, now: environment.now });
  return {
    kernels,
    arena,
    team,
    ready: atMost(startPatience, Promise.all(helpers.map(({ settled }) => settled))),
    stop: () => {
      for (const { helper } of helpers) helper?.stop();
    },
  };
}
