import { InputError } from "@meanfield/core/foundation/errors";
import type { NdArray } from "@meanfield/core/foundation/shapes";
import { decodeText } from "./text.js";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

interface Header {
  readonly dtype: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

interface ElementType {
  readonly bytes: number;
  read(view: DataView, at: number, little: boolean): number;
}

function unreadable(who: string, rule: string, got: string, fix: string): InputError {
  return new InputError({ code: "unreadable", who, rule, got, fix });
}

/** IEEE 754 binary16 → number; exact. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

const elementTypes: Readonly<Record<string, ElementType>> = {
  b1: { bytes: 1, read: (view, at) => view.getUint8(at) },
  i1: { bytes: 1, read: (view, at) => view.getInt8(at) },
  u1: { bytes: 1, read: (view, at) => view.getUint8(at) },
  i2: { bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  u2: { bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  i4: { bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  u4: { bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
  i8: { bytes: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  u8: { bytes: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  f2: { bytes: 2, read: (view, at, little) => halfToNumber(view.getUint16(at, little)) },
  f4: { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) },
};

function parseHeader(text: string, who: string): Header {
  const descr = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[))/.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text);
  const shape = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(text);
  if (!descr || !order || !shape) {
    throw unreadable(who, "must have a NumPy header", text.slice(0, 80).trim(), "Write it again with numpy.save");
  }
  const lengths = shape[1]!
    .split(",")
    .map((part) => part.trim().replace(/L$/, ""))
    .filter((part) => part !== "");
  return { dtype: descr[1] ?? "a structured type", fortran: order[1] === "True", shape: lengths.map(Number) };
}

/** The header and where the numbers begin. */
function readHeader(bytes: Uint8Array, view: DataView, who: string): { header: Header; start: number } {
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw unreadable(
      who,
      "must be a NumPy .npy array",
      `${bytes.length} bytes of another format`,
      "Write it with numpy.save",
    );
  }
  const version = bytes[6]!;
  if (version < 1 || version > 3) {
    throw unreadable(who, "must have .npy version 1, 2 or 3", String(version), "Write it with numpy.save");
  }
  const wide = version > 1;
  const start = wide ? 12 : 10;
  const length = bytes.length < start ? 0 : wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (length === 0 || bytes.length < start + length) {
    throw unreadable(
      who,
      "must be complete",
      `${bytes.length} bytes, less than its header`,
      "Copy or write the file again",
    );
  }
  return { header: parseHeader(decodeText(bytes.subarray(start, start + length)), who), start: start + length };
}

function elementType(header: Header, who: string): { type: ElementType; little: boolean } {
  const order = header.dtype[0] ?? "";
  const type = Object.hasOwn(elementTypes, header.dtype.slice(1)) ? elementTypes[header.dtype.slice(1)] : undefined;
  if (type === undefined || !"<>|=".includes(order)) {
    const got = order === "|" && header.dtype[1] === "O" ? "an array of Python objects" : header.dtype;
    throw unreadable(who, "must hold real numbers", got, "Save array.astype(float)");
  }
  return { type, little: order !== ">" };
}

/** Row-major offset of the element that stands k-th in column-major order. */
function fortranOffsets(shape: readonly number[]): (k: number) => number {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  return (k) => {
    let offset = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      offset += (k % shape[axis]!) * strides[axis]!;
      k = Math.floor(k / shape[axis]!);
    }
    return offset;
  };
}

/**
 * A NumPy .npy file (versions 1–3) as float64, row-major: bool, i1…i8, u1…u8, f2, f4, f8; either byte order, C or
 * Fortran order.
 *
 * @param bytes the file
 * @param who named in messages, e.g. the file's path
 * @throws InputError unreadable (not .npy, truncated, objects, structured or complex numbers, integers beyond 2^53)
 * @cost O(size) time and memory
 * @accuracy exact; npy.test.ts, and python.test.ts against NumPy
 */
export function readNpy(bytes: Uint8Array, who = "npy"): NdArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { header, start } = readHeader(bytes, view, who);
  const { type, little } = elementType(header, who);
  const size = header.shape.reduce((a, b) => a * b, 1);
  const found = bytes.length - start;
  if (found !== size * type.bytes) {
    const rule = `shape [${header.shape.join(", ")}] of ${header.dtype} needs ${size * type.bytes} bytes`;
    throw unreadable(
      who,
      rule,
      String(found),
      found < size * type.bytes ? "The file is cut short: copy it again" : "Keep one array a file",
    );
  }
  const data = new Float64Array(size);
  const place = header.fortran && header.shape.length > 1 ? fortranOffsets(header.shape) : undefined;
  for (let k = 0; k < size; k++) data[place ? place(k) : k] = type.read(view, start + k * type.bytes, little);
  if (header.dtype.endsWith("i8") || header.dtype.endsWith("u8")) {
    const beyond = data.find((value) => !Number.isSafeInteger(value));
    if (beyond !== undefined) {
      throw unreadable(who, "integers must lie within ±(2^53 − 1)", String(beyond), "Save array.astype(float)");
    }
  }
  return { shape: header.shape, data };
}

/** A .npy file, version 1, of elements that `fill` writes behind the header. */
function npyFile(descr: string, shape: readonly number[], size: number, fill: (view: DataView, start: number) => void) {
  const lengths = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${lengths}, }`;
  const start = Math.ceil((10 + text.length + 1) / 64) * 64;
  const header = `${text.padEnd(start - 11)}\n`;
  const bytes = new Uint8Array(start + size);
  const view = new DataView(bytes.buffer);
  bytes.set([...magic, 1, 0]);
  view.setUint16(8, header.length, true);
  for (let i = 0; i < header.length; i++) bytes[10 + i] = header.charCodeAt(i);
  fill(view, start);
  return bytes;
}

/**
 * The array as a .npy file, version 1, little-endian float64, C order; bit for bit.
 *
 * @cost O(size) time and memory
 * @accuracy exact; python.test.ts reads it with NumPy
 */
export function writeNpy({ shape, data }: NdArray): Uint8Array {
  return npyFile("<f8", shape, 8 * data.length, (view, start) => {
    for (let k = 0; k < data.length; k++) view.setFloat64(start + 8 * k, data[k]!, true);
  });
}

/** Texts as a .npy file of NumPy's `<U`: four bytes a character, as wide as the longest. */
export function writeTextNpy(texts: readonly string[]): Uint8Array {
  const points = texts.map((text) => Array.from(text, (character) => character.codePointAt(0)!));
  const width = points.reduce((most, one) => Math.max(most, one.length), 1);
  return npyFile(`<U${width}`, [texts.length], 4 * width * texts.length, (view, start) => {
    for (const [k, one] of points.entries())
      for (const [i, point] of one.entries()) view.setUint32(start + 4 * (k * width + i), point, true);
  });
}
