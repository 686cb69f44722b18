import { encodeText } from "./text.js";

/** What a field of a CSV line may hold. */
export type CsvValue = string | number | boolean | null;

/** A field of a CSV line (RFC 4180): numbers as the shortest text that reads back the same, null as nothing. */
function field(value: CsvValue): string {
  if (value === null) return "";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** A CSV file with a header. @cost O(values) */
export function csv(header: readonly string[], rows: Iterable<readonly CsvValue[]>): Uint8Array {
  const lines = [header.map(field).join(",")];
  for (const row of rows) lines.push(row.map(field).join(","));
  return encodeText(`${lines.join("\n")}\n`);
}
