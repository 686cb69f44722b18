export { applyAttention, type MultiHeadAttention } from "./blocks/attention.js";
export { type Activation, applyFeedForward, type FeedForward, relu } from "./blocks/feed-forward.js";
export { gelu, geluTanh } from "./blocks/gelu.js";
export { type CaptureFilter, type Hook, type Recorder, recorder, under } from "./blocks/hooks.js";
export { applyLayerNorm, type LayerNorm } from "./blocks/layer-norm.js";
export { applyLinear, type Linear, type Weights } from "./blocks/linear.js";
export {
  applyBlock,
  type HiddenState,
  type NormPlace,
  statesOfBlock,
  type TransformerBlock,
} from "./blocks/transformer-block.js";
export type { NetworkFolder, NetworkIo } from "./io.js";
export { type BlockStack, type Forward, type ForwardOptions, type Network, readsTexts } from "./networks/contract.js";
export { openNetwork } from "./networks/open-network.js";
export {
  initialDeviation,
  type RandomTransformerOptions,
  randomTransformer,
  type TransformerShape,
  transformerShapes,
} from "./networks/random-transformer.js";
export { randomiseBlock, randomiseLinear } from "./networks/randomise.js";
export {
  loadUniversalSentenceEncoderLite,
  universalSentenceEncoderLite,
} from "./networks/universal-sentence-encoder-lite.js";
export {
  type UniversalSentenceEncoderLiteWeights,
  universalSentenceEncoderLiteWeights,
} from "./networks/use-lite-weights.js";
export type * from "./probe/contract.js";
export { type DistanceOptions, distanceToGaussian, type LawDistance } from "./probe/distance-measures.js";
export { gaussianTokens } from "./probe/gaussian-tokens.js";
export { type MardiaOptions, projectedKurtosis, projectedSkewness } from "./probe/mardia-measures.js";
export { cloudMoments } from "./probe/moments.js";
export { probe } from "./probe/probe.js";
export { radialVariance } from "./probe/radial-measure.js";
export { sampleTexts } from "./probe/sample-texts.js";
export { effectiveRank, meanCosine, meanNorm, simpleMeasures, traceCovariance } from "./probe/simple-measures.js";
export { type SlicedOptions, slicedToGaussian } from "./probe/sliced-measure.js";
export { type StandardMeasuresOptions, standardMeasures } from "./probe/standard-measures.js";
export { type GraphNode, readTfjs, type Tensor, type TfjsModel } from "./readers/tfjs.js";
export { type RunOptions, run } from "./run.js";
export { type Tokenizer, type UnigramOptions, unigram, type VocabularyEntry } from "./tokenizers/unigram.js";
