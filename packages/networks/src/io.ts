/** Reads the files of one folder by name; a command or a page supplies it (files, fetch, a dropped folder). */
export interface NetworkIo {
  /** The file's text. Rejects when there is no such file. */
  readText(name: string): Promise<string>;
  /** The file's bytes. Rejects when there is no such file. */
  readBytes(name: string): Promise<Uint8Array>;
}

/** A folder whose file names are known, so that its format can be recognised. */
export interface NetworkFolder extends NetworkIo {
  /** The names of the files in the folder. */
  list(): Promise<readonly string[]>;
}
