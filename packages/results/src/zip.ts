import { InputError } from "@meanfield/core/foundation/errors";
import { inflateSync, type Zippable, zipSync } from "fflate";
import { decodeText } from "./text.js";

/** One file of an archive; `bytes` unpacks it and checks its CRC-32. */
export interface ZipEntry {
  readonly name: string;
  readonly size: number;
  bytes(): Uint8Array;
}

const endOfDirectory = 0x06054b50;
const endOfDirectory64 = 0x06064b50;
const locator64 = 0x07064b50;
const directoryEntry = 0x02014b50;
const localEntry = 0x04034b50;
/** Without zip64 an archive holds less than 4 GiB and fewer than 65535 files. */
const largestArchive = 0xffffffff;
const mostEntries = 0xfffe;

function damaged(who: string, rule: string, got?: string): InputError {
  return new InputError({
    code: "unreadable",
    who,
    rule,
    ...(got === undefined ? {} : { got }),
    fix: "Write the archive again, for example with numpy.savez",
  });
}

/** CRC-32 (IEEE 802.3, reflected, polynomial 0xEDB88320). @cost O(length) */
export function crc32(bytes: Uint8Array): number {
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    let c = i;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    table[i] = c >>> 0;
  }
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Offset and number of the central directory's entries, from the end record (or its 64-bit form). */
function findDirectory(view: DataView, who: string): { offset: number; count: number } {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at--) {
    if (view.getUint32(at, true) !== endOfDirectory) continue;
    const count = view.getUint16(at + 10, true);
    const offset = view.getUint32(at + 16, true);
    if (count !== 0xffff && offset !== 0xffffffff) return { offset, count };
    if (at < 20 || view.getUint32(at - 20, true) !== locator64) break;
    const record = Number(view.getBigUint64(at - 12, true));
    if (view.getUint32(record, true) !== endOfDirectory64) break;
    return {
      offset: Number(view.getBigUint64(record + 48, true)),
      count: Number(view.getBigUint64(record + 32, true)),
    };
  }
  throw damaged(who, "must be a complete zip archive", "a file without a zip directory at its end");
}

/** Sizes and offset of an entry that its zip64 extra field may hold. */
function entrySizes(view: DataView, at: number, nameLength: number): { packed: number; size: number; offset: number } {
  let packed = view.getUint32(at + 20, true);
  let size = view.getUint32(at + 24, true);
  let offset = view.getUint32(at + 42, true);
  let extra = at + 46 + nameLength;
  const end = extra + view.getUint16(at + 30, true);
  while (extra + 4 <= end) {
    const id = view.getUint16(extra, true);
    let field = extra + 4;
    extra = field + view.getUint16(extra + 2, true);
    if (id !== 1) continue;
    const next = (): number => {
      field += 8;
      return Number(view.getBigUint64(field - 8, true));
    };
    if (size === 0xffffffff) size = next();
    if (packed === 0xffffffff) packed = next();
    if (offset === 0xffffffff) offset = next();
  }
  return { packed, size, offset };
}

function unpack(bytes: Uint8Array, view: DataView, at: number, name: string, who: string): ZipEntry {
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const crc = view.getUint32(at + 16, true);
  const { packed, size, offset } = entrySizes(view, at, view.getUint16(at + 28, true));
  return {
    name,
    size,
    bytes() {
      if (flags & 1) throw damaged(who, `"${name}" must not be encrypted`);
      if (method !== 0 && method !== 8) throw damaged(who, `"${name}" must be stored or deflated`, `method ${method}`);
      let content: Uint8Array;
      try {
        if (view.getUint32(offset, true) !== localEntry) throw new RangeError();
        const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
        const raw = bytes.subarray(start, start + packed);
        content = method === 0 ? raw : inflateSync(raw, { out: new Uint8Array(size) });
      } catch {
        throw damaged(who, `"${name}" must be a complete entry`, "damaged bytes");
      }
      if (content.length !== size || crc32(content) !== crc) {
        throw damaged(who, `"${name}" must match its checksum`, "damaged bytes");
      }
      return content;
    },
  };
}

/**
 * The entries of a zip archive, stored or deflated, with zip64; nothing is unpacked before `bytes()` is called.
 * @throws InputError unreadable (not a zip archive, truncated, encrypted, checksum)
 * @cost O(number of entries)
 */
export function readZip(bytes: Uint8Array, who: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: ZipEntry[] = [];
  try {
    const { offset, count } = findDirectory(view, who);
    let at = offset;
    for (let i = 0; i < count; i++) {
      if (view.getUint32(at, true) !== directoryEntry) throw new RangeError();
      const nameLength = view.getUint16(at + 28, true);
      const name = decodeText(bytes.subarray(at + 46, at + 46 + nameLength));
      entries.push(unpack(bytes, view, at, name, who));
      at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw damaged(who, "must be a complete zip archive", "a damaged zip directory");
  }
  return entries;
}

/**
 * A zip archive of the files, in the order of the keys, with a fixed date, so that equal content is equal bytes.
 * @throws InputError out-of-range (4 GiB or more, 65535 files or more)
 * @cost O(bytes) time and memory
 */
export function writeZip(files: Readonly<Record<string, Uint8Array>>, method: "stored" | "deflated"): Uint8Array {
  const entries = Object.entries(files);
  const size = entries.reduce((sum, [name, bytes]) => sum + bytes.length + 2 * name.length + 128, 22);
  if (size >= largestArchive || entries.length > mostEntries) {
    throw new InputError({
      code: "out-of-range",
      who: "zip archive",
      rule: "must stay below 4 GiB and 65535 files",
      got: `${size} bytes in ${entries.length} files`,
      fix: "Save fewer states: a coarser save.at, or fewer tokens",
    });
  }
  const zippable: Zippable = Object.fromEntries(entries);
  return zipSync(zippable, { level: method === "stored" ? 0 : 6, mtime: new Date(1980, 0, 1) });
}
