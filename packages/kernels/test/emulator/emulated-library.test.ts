import { expect, test } from "vitest";
import { needs } from "../../../../test/needs.js";
import { loadEmulated } from "./emulated-library.js";

needs("arm64").suite("a library in a process of the emulator", () => {
  test("is given arrays that overlap as they do here, and what it writes comes back", () => {
    const library = loadEmulated();
    const context = library.mf_open(4, 1, 4e6)!;
    const shared = Float64Array.of(9, 1, 2, 3, 9);
    const inner = shared.subarray(1, 4);
    // inner ← inner + 2·inner + ½·inner, all of them one array.
    library.mf_combine(context, 3, 2, Float64Array.of(2, 0.5), inner, inner, inner, inner, ...Array(6).fill(null));
    expect(shared).toEqual(Float64Array.of(9, 3.5, 7, 10.5, 9));
    library.mf_close(context);
  });

  test("that faults is an error, not a wait", () => {
    const library = loadEmulated();
    const none = null as unknown as Float64Array;
    // Loads from the address 0; the emulator says so on standard error.
    expect(() => library.mf_normalize(null, none, 3, 3)).toThrow(/ended before it answered/);
    expect(() => library.mf_interface()).toThrow();
  });
});
