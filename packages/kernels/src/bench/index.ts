export {
  type BenchOptions,
  type BenchRatio,
  type BenchResult,
  bench,
  type PeerRow,
  type RooflineRow,
} from "./bench.js";
export { benchSeed, ensembleCase, normalsCase, productCase, softmaxCase, softmaxKernel } from "./cases.js";
export { type Clocks, type Contender, type Measured, measure, rowOf, type Sample, timesOf } from "./measure.js";
export { openPeers, type PeerInfo, type PeerProcess, type PeerRequest } from "./peers.js";
export { type BenchBackend, type BenchGroup, type BenchRequest, benchBackends, benchGroups } from "./plan.js";
export { type PythonOptions, type PythonProcess, peerEnvironment, startPython } from "./python.js";
export { type LeastTime, leastTime, loopsOf, openRoofline, type Roofline, type RooflineLoops } from "./roofline.js";
export {
  type BenchCase,
  type BenchKernel,
  type BenchRow,
  type BenchSubject,
  benchKernels,
  type PairWork,
} from "./row.js";
export { type Ratio, ratioOf, type Timing, timeInTurns, timingOf, type Work } from "./samples.js";
