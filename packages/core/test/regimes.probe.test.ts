import { expect, test } from "vitest";
import { scalarValueRegime } from "../src/analysis/regime/scalar-value.js";
import { regimeByFlow } from "../src/analysis/regime/by-flow.js";
import { frozenFlow } from "../src/analysis/regime/frozen-flow.js";
import { experiment } from "../src/experiment/index.js";
import { drawSystems } from "./helpers/regime-strata.js";
import { flip, rowsOf } from "./helpers/arrays.js";

test("probe", () => {
  const n = Number(process.env["COUNT"] ?? 48);
  let [agree, undec, flowUndec] = [0, 0, 0];
  for (const one of drawSystems(n)) {
    const { d, A, W, cov } = one;
    const At = flip(A, d, d);
    const Q = A.map((v, k) => v + At[k]!);
    const t0 = performance.now();
    let said; let err = "";
    try { said = scalarValueRegime({ d, Q, W }, cov); } catch (e) { err = String((e as Error).stack); }
    const t1 = performance.now();
    const bound = experiment({ model: { attention: { softmax: { Q: rowsOf(A, d, d) } }, feedforward: { affine: { W: rowsOf(W, d, d) } } }, initial: { gaussian: { mean: 0, cov: rowsOf(cov, d, d) } }, levels: { "gaussian-moments": {} } });
    let flow; 
    try { flow = regimeByFlow(frozenFlow(bound.model, 0, bound.initial.moments())); } catch (e) { err += String((e as Error).stack); }
    const t2 = performance.now();
    if (said?.verdict === "undecided") undec++;
    if (flow?.verdict === "undecided") flowUndec++;
    const same = said?.verdict === flow?.verdict;
    if (same) agree++;
    let extra = "";
    if (same && said?.verdict === "blow-up") { const gap = Math.abs(said.tStar! - flow!.tStar!); if (gap > said.tError! + flow!.tError!) extra = `t* ${said.tStar} ${flow!.tStar} err ${said.tError} ${flow!.tError}`; if (said.rank !== flow!.rank) extra += ` rank ${said.rank} ${flow!.rank}`;
      const dot = Math.abs(said.direction!.reduce((s, v, i) => s + v * flow!.direction![i]!, 0)); if (Math.abs(dot - 1) > 1e-5) extra += ` dir ${dot}`; }
    if (same && said?.equilibrium && flow?.equilibrium) { const a = (said.equilibrium.cov as number[][]).flat(), b = (flow.equilibrium.cov as number[][]).flat(); const gap = Math.max(...a.map((v, i) => Math.abs(v - b[i]!))); if (gap > 1e-6) extra += ` eq gap ${gap}`; if (said.rank !== flow.rank) extra += ` rank ${said.rank} ${flow.rank}`; }
    if (!same || extra || err || !one.allowed.includes(said?.verdict ?? "") || t1 - t0 > 1000 || t2 - t1 > 3000)
      console.log(`${one.stratum} d=${d} seed=${one.seed}: ${said?.verdict} (${(t1 - t0).toFixed(0)} ms) flow ${flow?.verdict} (${(t2 - t1).toFixed(0)} ms) allowed ${one.allowed} ${extra} ${err} | ${said?.verdict === "undecided" ? said.certificate.argument : ""} | ${flow?.verdict === "undecided" ? flow.certificate.argument + flow.certificate.tried?.at(-1) : flow?.certificate.argument}`);
  }
  console.log({ n, agree, undec, flowUndec });
  expect(1).toBe(1);
});
