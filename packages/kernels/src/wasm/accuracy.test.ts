import { accuracyContract } from "../../test/helpers/accuracy-contract.js";
import { openWasm } from "./index.js";

for (const precision of ["f64", "f32"] as const) {
  for (const simd of ["relaxed", "plain"] as const) {
    accuracyContract(`WebAssembly ${precision}, ${simd}`, () => openWasm({ precision, simd }));
  }
}
