import { createRequire } from "node:module";
import { InputError } from "@meanfield/core/foundation/errors";
import { frobeniusNorm, type LinearAlgebra, maxAbs, ownLinearAlgebra } from "@meanfield/core/foundation/linear-algebra";
import { beforeAll, expect, test } from "vitest";
import { needs } from "../../../../test/needs.js";
import { normals } from "../../../core/test/helpers/arrays.js";
import { linearAlgebraContract } from "../../../core/test/helpers/linear-algebra-contract.js";
import { openLapack } from "./index.js";

async function refusalOf(libraries: readonly string[]): Promise<InputError> {
  const error = await openLapack({ libraries }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

test("a library that is not there is refused, with what to install", async () => {
  const error = await refusalOf(["libno-such-lapack.so"]);
  expect(error.code).toBe("unreadable");
  expect(error.message).toMatch(/^openLapack: .+\.$/s);
  expect(error.parts.fix).toMatch(/install|Put/i);
});

needs("lapack").suite("openLapack", () => {
  linearAlgebraContract("lapack", () => openLapack());

  let lapack: LinearAlgebra;
  beforeAll(async () => {
    lapack = await openLapack();
  });

  test("a library without LAPACK in it is refused by the routine it lacks", async () => {
    const libc = { linux: "libc.so.6", darwin: "libSystem.dylib", win32: "kernel32.dll" };
    const error = await refusalOf([libc[process.platform as keyof typeof libc] ?? "libc.so"]);
    expect([error.code, error.parts.got]).toEqual(["unreadable", expect.stringContaining("dgemm_")]);
  });

  test("products refuse arrays that are too short and sizes that are none", () => {
    const [a, out] = [new Float64Array(4), new Float64Array(3)];
    const codeOf = (call: () => void) => {
      try {
        call();
      } catch (error) {
        return error instanceof InputError ? error.code : String(error);
      }
      return "no error";
    };
    expect(codeOf(() => lapack.matMul(a, a, 2, 2, 2, out))).toBe("wrong-shape");
    expect(codeOf(() => lapack.matMulNT(a, out, 2, 2, 2, a))).toBe("wrong-shape");
    expect(codeOf(() => lapack.matMulTN(a, a, 2, 2, -1, out))).toBe("out-of-range");
    expect(codeOf(() => lapack.matMulTN(a, a, 2, 0.5, 2, out))).toBe("out-of-range");
  });

  test("it agrees with the own implementation where the answer is unique", () => {
    const d = 96;
    const a = normals(d * d, 12);
    const gram = new Float64Array(d * d);
    ownLinearAlgebra.matMulNT(a, a, d, d, d, gram);
    const gap = (x: Float64Array, y: Float64Array) => maxAbs(x.map((value, k) => value - y[k]!));
    const size = frobeniusNorm(a);
    // Both are within 1e-14·d^½ of exact, relative to the norm.
    const slack = 2e-14 * Math.sqrt(d);
    expect(gap(lapack.svd(a, d, d).s, ownLinearAlgebra.svd(a, d, d).s)).toBeLessThan(slack * size);
    expect(gap(lapack.symmetricEigen(a, d).values, ownLinearAlgebra.symmetricEigen(a, d).values)).toBeLessThan(
      slack * size,
    );
    // The factors of a Gram matrix and of a move by the condition of a, below 1e3 here, times that.
    const condition = 1e3;
    expect(gap(lapack.qr(a, d, d).r, ownLinearAlgebra.qr(a, d, d).r)).toBeLessThan(condition * slack * size);
    expect(gap(lapack.cholesky(gram, d), ownLinearAlgebra.cholesky(gram, d))).toBeLessThan(condition * slack * size);
  });

  test("recursive LU on several threads has the stack it needs, and leaves other arrays alone", () => {
    const koffi = createRequire(import.meta.url)("koffi") as { config(): { sync_stack_size: number } };
    expect(koffi.config().sync_stack_size).toBeGreaterThanOrEqual(2 ** 24);
    const d = 600;
    const a = normals(d * d, 31);
    const before = a.slice();
    const [inverse, back] = [lapack.inverse(a, d), new Float64Array(d * d)];
    lapack.matMul(a, inverse, d, d, d, back);
    for (let i = 0; i < d; i++) back[i * d + i]! -= 1;
    // Backward stability with growth below 10, as in the contract.
    const bound = 10 * d * Number.EPSILON * frobeniusNorm(a) * frobeniusNorm(inverse);
    expect(maxAbs(back)).toBeLessThanOrEqual(bound);
    expect(a).toEqual(before);
  });

  test("factors of one implementation serve the other", () => {
    const d = 30;
    const [a, b] = [normals(d * d, 21), normals(d * 4, 22)];
    const crossed = ownLinearAlgebra.luSolve(lapack.luFactor(a, d), b, 4);
    const plain = lapack.luSolve(ownLinearAlgebra.luFactor(a, d), b, 4);
    // Twice the forward error d·eps·condition, the condition below 1e3.
    expect(maxAbs(crossed.map((value, k) => value - plain[k]!))).toBeLessThan(
      2e3 * d * Number.EPSILON * frobeniusNorm(plain),
    );
  });
});
