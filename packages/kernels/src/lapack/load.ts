import { InputError } from "@meanfield/core/foundation/errors";
import { enlargeStack, type Koffi, type Library, reasonOf, requireKoffi, stackBytes } from "../shared/koffi.js";
import { installAdvice, type LibrarySet, librariesOf } from "./libraries.js";

/** What a Fortran routine gets: addresses of arrays, then the lengths of its character arguments. */
export type Routine = (...args: readonly (ArrayBufferView | number | null)[]) => void;

/** Fortran routine → how many arguments it has, and how many of them are characters. */
const signatures = {
  dgemm: [13, 2],
  dsyrk: [10, 2],
  dtrsm: [11, 4],
  dpotrf: [5, 1],
  dgetrf: [6, 0],
  dgetri: [7, 0],
  dgelqf: [8, 0],
  dorglq: [9, 0],
  dsyevd: [11, 2],
  dgesdd: [14, 1],
  dgeev: [14, 2],
  dgees: [15, 2],
} as const satisfies Readonly<Record<string, readonly [pointers: number, characters: number]>>;

/** The routines of BLAS and LAPACK that are called, by their Fortran names. */
export type Routines = Readonly<Record<keyof typeof signatures, Routine>>;

/** A loaded library. */
export interface Loaded {
  /** The files, and for OpenBLAS the processor core its kernels are for. */
  readonly name: string;
  readonly routines: Routines;
}

const who = "openLapack";

function requireStack(koffi: Koffi): void {
  const obstacle = enlargeStack(koffi);
  if (obstacle === undefined) return;
  throw new InputError({
    code: "conflict",
    who,
    rule: `koffi must call on a stack of ${stackBytes} bytes, or threads of OpenBLAS overwrite memory`,
    got: obstacle,
    fix: `Call openLapack before anything else loads a library, or koffi.config({ sync_stack_size: ${stackBytes} }) first`,
  });
}

function find(libraries: readonly Library[], name: string, result: string, parameters: readonly string[]) {
  let last: unknown = new Error(`no library to look ${name} up in`);
  for (const library of libraries) {
    try {
      return library.func(name, result, parameters);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** The core OpenBLAS chose its kernels for; undefined for another library. */
function coreOf(libraries: readonly Library[]): string | undefined {
  try {
    return String(find(libraries, "openblas_get_corename", "str", [])());
  } catch {
    return undefined;
  }
}

function bind(koffi: Koffi, files: LibrarySet): Loaded {
  const libraries = files.map((file) => koffi.load(file));
  const entries = Object.entries(signatures).map(([name, [pointers, characters]]) => {
    const parameters = [...Array<string>(pointers).fill("void *"), ...Array<string>(characters).fill("size_t")];
    const call = find(libraries, `${name}_`, "void", parameters);
    const lengths = Array<number>(characters).fill(1);
    const routine: Routine = (...args) => void call(...args, ...lengths);
    return [name, routine] as const;
  });
  const core = coreOf(libraries);
  const title = files.join(" + ");
  return {
    name: core === undefined ? title : `${title}, kernels for ${core}`,
    routines: Object.fromEntries(entries) as Routines,
  };
}

/**
 * Loads BLAS and LAPACK with the Fortran interface and 32-bit integers.
 * @param files the files to load instead of the platform's usual ones
 * @throws unreadable when koffi or every library is absent, or a routine is missing; conflict when koffi was set up with
 * too small a stack
 */
export function loadLapack(files?: LibrarySet): Loaded {
  const koffi = requireKoffi(who);
  requireStack(koffi);
  const failures: string[] = [];
  for (const set of files === undefined ? librariesOf(process.platform) : [files]) {
    try {
      return bind(koffi, set);
    } catch (error) {
      failures.push(`${set.join(" + ")} (${reasonOf(error)})`);
    }
  }
  throw new InputError({
    code: "unreadable",
    who,
    rule: "a library with BLAS and LAPACK must be on this machine",
    got: failures.join("; "),
    fix: installAdvice(process.platform),
    details: { failures },
  });
}
