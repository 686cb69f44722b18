import type { RunResult } from "@meanfield/core/experiment";
import type { RunRecord } from "@meanfield/results";
import type { TaskResults } from "../compute/protocol.js";
import { computingVersions, machine } from "./provenance.js";

function seedsOf({ spec }: RunResult): Record<string, number> {
  const seeds: Record<string, number> = {};
  const solve = spec["solve"] as { seed?: number };
  if (solve.seed !== undefined) seeds["solve"] = solve.seed;
  const law = Object.values(spec["initial"] as Record<string, unknown>)[0] as { seed?: number } | undefined;
  if (typeof law?.seed === "number") seeds["initial"] = law.seed;
  return seeds;
}

/** A finished computation as the store keeps it. */
export function recordOf(id: string, value: Omit<TaskResults["run"], "whole">, started: Date): RunRecord {
  const { result, analysis, seconds } = value;
  return {
    id,
    seeds: seedsOf(result),
    versions: { ...computingVersions(), node: process.versions.node },
    machine: machine(),
    started: started.toISOString(),
    finished: new Date().toISOString(),
    seconds,
    result,
    analysis,
  };
}
