/** JSON text; what JSON would silently print as null is refused. @throws Error NaN or Infinity, naming its key */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (key, entry: unknown) => {
    if (typeof entry === "number" && !Number.isFinite(entry)) throw new Error(`the answer's ${key} is ${entry}`);
    return entry;
  });
}

/** Data goes to stdout and nothing else does. */
export function emitJson(value: unknown): void {
  process.stdout.write(`${jsonText(value)}\n`);
}

export function emit(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Messages go to stderr. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
