import { type LinearAlgebra, ownLinearAlgebra } from "@meanfield/core/foundation/linear-algebra";
import { choleskyOf } from "./cholesky.js";
import { loadLapack } from "./load.js";
import { productsOf } from "./products.js";
import { qrOf } from "./qr.js";
import { eigenvaluesOf, realSchurOf } from "./spectra.js";
import { svdOf } from "./svd.js";
import { symmetricEigenOf } from "./symmetric.js";
import { systemsOf } from "./systems.js";

/** What to load. */
export interface LapackOptions {
  /**
   * Files that together hold BLAS and LAPACK, with the Fortran interface and 32-bit integers; the platform's usual ones
   * (OpenBLAS, reference LAPACK, Accelerate) when left out.
   */
  readonly libraries?: readonly string[];
}

/**
 * The system's LAPACK behind the interface of the own linear algebra; Node only, needs the package koffi.
 *
 * OpenBLAS chooses its kernels when it is loaded; `name` says for which core. An old one does not know new processors:
 * where it says Prescott or Haswell on a machine with AVX-512, start the process with OPENBLAS_CORETYPE=SkylakeX in the
 * environment (a product at d = 512 then took 2.5 ms, not 10.7 or 4.1). OPENBLAS_NUM_THREADS sets the threads.
 * @throws (rejects) unreadable when koffi, the library or one of its routines is absent, saying what to install; conflict
 * when a library was loaded through koffi before, with too small a stack
 * @cost loading takes milliseconds; a call has an overhead of a few microseconds
 * @accuracy the contract suite of `LinearAlgebra` (lapack.test.ts)
 */
export async function openLapack(options: LapackOptions = {}): Promise<LinearAlgebra> {
  const { name, routines } = loadLapack(options.libraries);
  return {
    name: `lapack (${name})`,
    ...productsOf(routines),
    combine: ownLinearAlgebra.combine,
    cholesky: choleskyOf(routines),
    ...systemsOf(routines),
    qr: qrOf(routines),
    symmetricEigen: symmetricEigenOf(routines),
    svd: svdOf(routines),
    eigenvalues: eigenvaluesOf(routines),
    realSchur: realSchurOf(routines),
  };
}
