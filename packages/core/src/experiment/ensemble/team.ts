import type { BackendActivity, SummationReport } from "../../foundation/backend/index.js";
import type { FinishedBlock } from "./block.js";

/** A block that another member of a team has computed, and what its backend did for it. */
export interface TeamBlock extends FinishedBlock {
  readonly activity: Partial<BackendActivity>;
}

/** The blocks of one level, shared among the members of a team. */
export interface SharedBlocks {
  /** What is slower than it could be, for the backend's report. */
  readonly notices?: readonly string[];
  /** Takes a block for the caller. @returns false where another member has it */
  claim(block: number): boolean;
  /** Whether another member has finished a block: `collect` then gives it, or has given it. */
  isFinished(block: number): boolean;
  /** The blocks that others have finished since the last call. @throws what ended another member */
  collect(): readonly TeamBlock[];
  close(): void;
}

/** Others who compute blocks of an ensemble at the same time, each block as `computeTeamBlock` does. */
export interface BlockTeam {
  /** Shares out the blocks 0 … blocks − 1 of a level, those excepted that are `taken`. */
  open(level: string, blocks: number, taken: readonly number[]): SharedBlocks;
}

/** The blocks of one who works alone. */
export function aloneWith(taken: readonly number[]): SharedBlocks {
  const claimed = new Set(taken);
  return {
    claim(block) {
      if (claimed.has(block)) return false;
      claimed.add(block);
      return true;
    },
    isFinished: () => false,
    collect: () => [],
    close: () => undefined,
  };
}

/** What several backends did together; methods in the order of their names, so that it does not tell who did what. */
export function mergeActivities(activities: readonly Partial<BackendActivity>[]): Partial<BackendActivity> {
  const told = activities.filter(({ summation }) => summation !== undefined);
  if (told.length === 0) return {};
  const rows = told.flatMap(({ summation }) => summation!);
  const kindOf = ({ method, by = "" }: SummationReport) => `${method} ${by}`;
  const kinds = [...new Set(rows.map(kindOf))].sort();
  const summation = kinds.map((kind) => {
    const own = rows.filter((row) => kindOf(row) === kind);
    const { method, by } = own[0]!;
    return {
      method,
      ...(by !== undefined && { by }),
      evaluations: own.reduce((sum, row) => sum + row.evaluations, 0),
      bound: own.reduce((most, row) => Math.max(most, row.bound), 0),
      fallBacks: own.reduce((sum, row) => sum + row.fallBacks, 0),
    };
  });
  return { summation, notices: [...new Set(told.flatMap(({ notices }) => notices ?? []))] };
}
