import { backendContract } from "../../../core/test/helpers/backend-contract.js";
import { linearAlgebraContract } from "../../../core/test/helpers/linear-algebra-contract.js";
import { openWasm } from "./index.js";

for (const precision of ["f64", "f32"] as const) {
  for (const simd of ["relaxed", "plain"] as const) {
    const backend = await openWasm({ precision, simd });
    backendContract(`wasm ${precision} ${simd}`, () => backend);
  }
}
const { linearAlgebra } = await openWasm();
linearAlgebraContract("wasm", async () => linearAlgebra!);
