export { analyzeExperiment } from "./analyze.js";
export { canonicalValue } from "./canonical-spec.js";
export { type Experiment, type ExperimentOptions, experiment } from "./experiment.js";
export { builtinPlugins, type Plugins } from "./plugins.js";
export * from "./result.js";
export { type RunOptions, type RunProgress, runExperiment } from "./run.js";
export { documentSchema } from "./spec.js";
