import { InputError } from "@meanfield/core/foundation/errors";

/** An axis that has been decided: domain, ticks and how they are written. */
export interface Axis {
  readonly type: "linear" | "log";
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  readonly minor: readonly number[];
  format(value: number): string;
  /** value → [0, 1] along the axis. */
  unit(value: number): number;
  /** The inverse of `unit`. */
  value(unit: number): number;
}

const superscripted = (power: number): string => `$10^{${power}}$`;

/** A number as a tick or label writes it: at most `digits` significant, powers of ten outside 1e-3…1e5. */
export function formatNumber(value: number, digits = 3): string {
  if (value === 0) return "0";
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  if (magnitude >= -3 && magnitude < 5) return String(Number(value.toPrecision(digits))).replace("-", "−");
  const [mantissa, power] = value.toExponential(digits - 1).split("e") as [string, string];
  const short = String(Number(mantissa)).replace("-", "−");
  return short === "1" ? superscripted(Number(power)) : `${short}$×10^{${Number(power)}}$`;
}

function logAxis(low: number, high: number): Axis {
  let [from, to] = [Math.log10(low), Math.log10(high)];
  const pad = Math.max(0.04 * (to - from), 0.03);
  [from, to] = [from - pad, to + pad];
  const decades = to - from;
  const stride = Math.max(1, Math.ceil(decades / 6));
  const major: number[] = [];
  const minor: number[] = [];
  for (let power = Math.floor(from); power <= Math.ceil(to); power++) {
    for (let digit = 1; digit < 10; digit++) {
      const value = Number(`${digit}e${power}`);
      const place = Math.log10(value);
      if (place < from || place > to) continue;
      const isMajor =
        decades > 2 ? digit === 1 && power % stride === 0 : decades > 0.7 ? [1, 2, 5].includes(digit) : true;
      if (isMajor) major.push(value);
      else if (stride === 1 || digit === 1) minor.push(value);
    }
  }
  if (decades < 0.25) return { ...linearAxis(10 ** from, 10 ** to, false), type: "log", ...logMaps(from, to) };
  const format = decades > 2 ? (v: number) => superscripted(Math.round(Math.log10(v))) : (v: number) => formatNumber(v);
  return { type: "log", domain: [10 ** from, 10 ** to], ticks: major, minor, format, ...logMaps(from, to) };
}

function logMaps(from: number, to: number): Pick<Axis, "unit" | "value"> {
  return { unit: (v) => (Math.log10(v) - from) / (to - from), value: (u) => 10 ** (from + u * (to - from)) };
}

/** Steps 1, 2, 5·10^k, about `count` of them. */
function linearTicks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / count;
  const base = 10 ** Math.floor(Math.log10(raw));
  const step = base * (raw / base >= 7 ? 10 : raw / base >= 3.2 ? 5 : raw / base >= 1.5 ? 2 : 1);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function linearAxis(low: number, high: number, padded: boolean, count = 5): Axis {
  const size = Math.max(Math.abs(low), Math.abs(high));
  const span = high - low;
  const pad = span <= 1e-9 * size || span === 0 ? Math.max(size * 0.05, 0.5) : padded ? 0.05 * span : 0;
  const [from, to] = [low - pad, high + pad];
  const ticks = linearTicks(from, to, count);
  const digits = ticks.length > 1 ? Math.max(3, Math.ceil(Math.log10(size / (ticks[1]! - ticks[0]!))) + 1) : 3;
  return {
    type: "linear",
    domain: [from, to],
    ticks,
    minor: [],
    format: (v) => formatNumber(v, Math.min(12, digits)),
    unit: (v) => (v - from) / (to - from),
    value: (u) => from + u * (to - from),
  };
}

/** The horizontal axis: exactly from `low` to `high`. */
export function depthAxis(low: number, high: number, count = 5): Axis {
  return linearAxis(low, high, false, count);
}

/** The smallest and largest of the numbers. @throws InputError empty */
export function extent(values: Iterable<number>): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) {
    throw new InputError({
      code: "empty",
      who: "figure",
      rule: "an axis needs at least one number",
      fix: "Save or observe at least one time",
    });
  }
  return [low, high];
}

/**
 * The vertical axis of `values`: logarithmic when asked for, or ("auto") when all are positive and span over two decades.
 * On a log axis values ≤ 0 have no place; callers leave them out and say so.
 */
export function valueAxis(values: readonly number[], kind: "log" | "linear" | "auto", count = 5): Axis {
  const [low, high] = extent(values);
  const log = kind === "log" || (kind === "auto" && low > 0 && high / low > 100);
  if (!log) {
    const axis = linearAxis(low, high, true, count);
    const whole = axis.ticks.filter(Number.isInteger);
    return values.every(Number.isInteger) && whole.length >= 2 ? { ...axis, ticks: whole } : axis;
  }
  const positive = values.filter((value) => value > 0);
  return positive.length === 0 ? linearAxis(low, high, true, count) : logAxis(...extent(positive));
}
