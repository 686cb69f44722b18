import { InputError } from "@meanfield/core/foundation/errors";

/** The one way in which a weight file is refused: who is the file. */
export function unreadable(file: string, rule: string, got: string, fix: string): InputError {
  return new InputError({ code: "unreadable", who: file, rule, got, fix });
}

/** The text of whatever was thrown, short. */
export function reason(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
