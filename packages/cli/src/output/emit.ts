/** Data goes to stdout and nothing else does. */
export function emitJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function emit(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Messages go to stderr. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
