import { type AnalysisPlugin, analysisCatalog } from "../analysis/index.js";
import { type AttentionPlugin, attentionCatalog } from "../attention/index.js";
import { type DistancePlugin, distancesCatalog } from "../distances/index.js";
import { dynamicsCatalog, type LevelPlugin } from "../dynamics/index.js";
import { type FeedforwardPlugin, feedforwardCatalog } from "../feedforward/index.js";
import { type Geometry, geometryCatalog } from "../geometry/index.js";
import { type LawPlugin, lawsCatalog } from "../laws/index.js";
import { type MaskPlugin, masksCatalog } from "../masks/index.js";
import { type MethodPlugin, methodsCatalog } from "../methods/index.js";
import { type NoisePlugin, noiseCatalog } from "../noise/index.js";
import { type NormalizationPlugin, normalizationCatalog } from "../normalization/index.js";
import { type ObservablePlugin, observablesCatalog } from "../observables/index.js";

/** Everything an experiment may name, by family. */
export interface Plugins {
  readonly attention: readonly AttentionPlugin[];
  readonly masks: readonly MaskPlugin[];
  readonly feedforward: readonly FeedforwardPlugin[];
  readonly normalization: readonly NormalizationPlugin[];
  readonly noise: readonly NoisePlugin[];
  readonly geometry: readonly Geometry[];
  readonly laws: readonly LawPlugin[];
  readonly levels: readonly LevelPlugin[];
  readonly methods: readonly MethodPlugin[];
  readonly observables: readonly ObservablePlugin[];
  readonly distances: readonly DistancePlugin[];
  readonly analysis: readonly AnalysisPlugin[];
}

/** The catalogs of this version; a user's own plug-ins join by `{ ...builtinPlugins, attention: [..., mine] }`. */
export const builtinPlugins: Plugins = {
  attention: attentionCatalog,
  masks: masksCatalog,
  feedforward: feedforwardCatalog,
  normalization: normalizationCatalog,
  noise: noiseCatalog,
  geometry: geometryCatalog,
  laws: lawsCatalog,
  levels: dynamicsCatalog,
  methods: methodsCatalog,
  observables: observablesCatalog,
  distances: distancesCatalog,
  analysis: analysisCatalog,
};
