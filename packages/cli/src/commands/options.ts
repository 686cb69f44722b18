import { type Command, InvalidArgumentError } from "commander";

/** Flags of the commands that run an experiment. */
export interface RunFlags {
  readonly set?: readonly string[];
  readonly seed?: number;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly checkpointEvery?: number;
}

function integerFrom(least: number, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < least)
    throw new InvalidArgumentError(`must be an integer ≥ ${least}.`);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError(`must be at most ${Number.MAX_SAFE_INTEGER}.`);
  return value;
}

export const integer = (text: string): number => integerFrom(0, text);

export const positiveInteger = (text: string): number => integerFrom(1, text);

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw new InvalidArgumentError("must be a number > 0.");
  return value;
}

export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1e6))
    throw new InvalidArgumentError("must be a number of seconds.");
  return value;
}

export function directory(text: string): string {
  if (text === "") throw new InvalidArgumentError("must name a directory.");
  return text;
}

/** Collects the values of an option that may be repeated. */
export const repeated = (value: string, previous: readonly string[] = []): string[] => [...previous, value];

/** FILE, --set, --seed, --out, --json, --quiet. */
export function documentOptions(command: Command): Command {
  return command
    .argument("<file>", "experiment file, YAML or JSON")
    .option("--set <path=value>", "override one value; may be repeated", repeated)
    .option("--seed <n>", "seed of the noise and of the tokens", integer)
    .option("--out <dir>", "directory of the results (default: results/<name>-<id>)", directory)
    .option("--json", "print the answer as one JSON document on stdout")
    .option("--checkpoint-every <seconds>", "keep the state of a long run (default: 30; 0: never)", seconds)
    .option("--quiet", "no progress and no tables");
}
