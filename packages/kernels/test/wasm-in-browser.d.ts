import type { openWasm } from "../src/wasm/index.js";

export declare function computeAll(
  open: typeof openWasm,
  threads: number,
): Promise<{
  results: number[];
  notices: { variant: string; threads: number; notices: string[] }[];
}>;
