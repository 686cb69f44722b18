/**
 * What the store needs from the outside, so that Node and a browser share it. Paths use "/"; every method rejects with
 * an `InputError`: "unreadable" when a file cannot be read, "unwritable" when it cannot be written.
 */
export interface StoreIo {
  /** What stands at `path`. */
  kind(path: string): Promise<"absent" | "file" | "directory">;
  /** The bytes of a file. @throws InputError unreadable */
  read(path: string): Promise<Uint8Array>;
  /** Names (not paths) of the entries of a directory, in any order. @throws InputError unreadable */
  list(path: string): Promise<string[]>;
  /**
   * Writes a file so that a reader sees the old one or the new one, never a part: temporary file, fsync, rename.
   * @throws InputError unwritable
   */
  writeAtomic(path: string, bytes: Uint8Array): Promise<void>;
  /** Writes a file unless there is one; false where there is. The bytes may be gone after a power cut. */
  createExclusive(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Renames a file within one file system; a file at `to` is replaced. @throws InputError unwritable */
  move(from: string, to: string): Promise<void>;
  /** Makes a directory with its parents; one that is there already is no error. @throws InputError unwritable */
  makeDirectory(path: string): Promise<void>;
  /** Removes a file, or a directory with all it holds. @throws InputError unwritable */
  remove(path: string): Promise<void>;
  /** SHA-256 of the bytes, 64 hex digits in lower case. */
  sha256(bytes: Uint8Array): Promise<string>;
}

/** Name under which `writeAtomic` keeps bytes until they are complete; `unique` differs between writers. */
export function temporaryName(name: string, unique: string): string {
  return `.${name}.${unique}.tmp`;
}

/** Is this the name of a file that an interrupted `writeAtomic` left behind? */
export function isTemporaryName(name: string): boolean {
  return name.startsWith(".") && name.endsWith(".tmp");
}

/** `directory/name`. */
export function joinPath(directory: string, name: string): string {
  return directory.endsWith("/") ? `${directory}${name}` : `${directory}/${name}`;
}
