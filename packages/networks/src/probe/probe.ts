import { InputError, SolveError, show } from "@meanfield/core/foundation/errors";
import { type BlockStack, readsTexts } from "../networks/contract.js";
import type {
  Cloud,
  InputName,
  MeasureValue,
  ProbeHead,
  ProbeInput,
  ProbeLayer,
  ProbeOptions,
  ProbeResult,
  ProbeValue,
} from "./contract.js";
import { gaussianTokens } from "./gaussian-tokens.js";
import { addHead, headMeasures, headSums } from "./heads.js";
import { cloudMoments } from "./moments.js";
import { verdictsOf } from "./verdicts.js";

/** What one network did with one input: the pooled cloud of every state, and every head's numbers. */
interface Pass {
  readonly clouds: readonly Cloud[];
  readonly heads: readonly Readonly<Record<string, number>>[];
}

/** Thrown inside a probe when its signal was raised; never leaves it. */
const cancelled = Symbol("cancelled");

function pool(parts: readonly Float64Array[], d: number): Cloud {
  const points = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    points.set(part, offset);
    offset += part.length;
  }
  return { n: points.length / d, d, points };
}

function isHeadHook(name: string): boolean {
  return name.endsWith(".attn.hook_pattern") || name.endsWith(".attn.hook_attn_scores");
}

/** Runs every sequence by itself and pools the states. @param sequences each [n_s, d] */
function pass(network: BlockStack, sequences: readonly Float64Array[], checkpoint: () => void): Pass {
  const parts: Float64Array[][] = network.layers.map(() => []);
  const sums = network.blocks.flatMap(({ attention }) => Array.from({ length: attention.heads }, headSums));
  for (const tokens of sequences) {
    checkpoint();
    const { states, captured } = network.forward(tokens, tokens.length / network.d, { capture: isHeadHook });
    for (const [k, state] of states.entries()) parts[k]!.push(state.data);
    let place = 0;
    for (const { name, attention } of network.blocks) {
      const pattern = captured[`${name}.attn.hook_pattern`]!;
      const scores = captured[`${name}.attn.hook_attn_scores`]!;
      for (let head = 0; head < attention.heads; head++) addHead(sums[place++]!, pattern, scores, head);
    }
  }
  return { clouds: network.layers.map(({ d }, k) => pool(parts[k]!, d)), heads: sums.map(headMeasures) };
}

function withControl(value: Omit<ProbeValue, "control">, control: MeasureValue | undefined): ProbeValue {
  return control === undefined ? value : { ...value, control: control.value };
}

function headRows(network: BlockStack, input: InputName, own: Pass, control: Pass | undefined): ProbeHead[] {
  const places = network.blocks.flatMap(({ name, attention }) =>
    Array.from({ length: attention.heads }, (_, head) => ({ name, head })),
  );
  return places.map(({ name, head }, k) => {
    const measures: Record<string, ProbeValue> = {};
    for (const [measure, value] of Object.entries(own.heads[k]!)) {
      const other = control?.heads[k]?.[measure];
      measures[measure] = other === undefined ? { value } : { value, control: other };
    }
    return { name, head, input, measures };
  });
}

function notFinite(who: string, got: number): SolveError {
  const rule = "a measure of a cloud must be a finite number";
  return new SolveError({
    code: "not-finite",
    who,
    rule,
    got: String(got),
    fix: "Leave this measure out of the probe",
  });
}

/** All measures of one cloud. */
function measureCloud(
  cloud: Cloud,
  options: ProbeOptions,
  wantNull: boolean,
): Map<string, Omit<ProbeValue, "control">> {
  const context = { moments: cloudMoments(cloud), seed: options.seed, wantNull };
  const values = new Map<string, Omit<ProbeValue, "control">>();
  for (const { name, measure, unlike } of options.measures) {
    const one = measure(cloud, context);
    const { value, null: band } = one;
    if (!Number.isFinite(value)) throw notFinite(name, value);
    const inside = band && value <= band.high && (unlike !== "both" || value >= band.low);
    values.set(name, inside === undefined ? one : { ...one, inside });
  }
  return values;
}

function sequencesOf(network: BlockStack, input: ProbeInput): Float64Array[] {
  if (input.texts.length === 0) return [];
  if (!readsTexts(network)) {
    const rule = "texts need a network with a tokenizer and an embedding";
    const fix = "Give Gaussian tokens only";
    throw new InputError({ code: "incompatible", who: "probe", rule, got: network.name, fix });
  }
  return input.texts.map((text) => {
    const ids = network.tokenize(text);
    if (ids.length > 0) return network.embedTokens(ids);
    const fix = "Leave out empty texts";
    throw new InputError({ code: "empty", who: "probe", rule: "every text must have a token", got: show(text), fix });
  });
}

function inputsOf(network: BlockStack, input: ProbeInput, seed: number): [InputName, Float64Array[]][] {
  const texts = sequencesOf(network, input);
  const like = texts.length === 0 ? undefined : pool(texts, network.d);
  const inputs: [InputName, Float64Array[]][] = [];
  if (like !== undefined) {
    if (like.n < 2) {
      const fix = "Give a longer text, or several";
      throw new InputError({
        code: "empty",
        who: "probe",
        rule: "the texts must have two tokens",
        got: String(like.n),
        fix,
      });
    }
    inputs.push(["text", texts]);
  }
  if (input.gaussian !== undefined) {
    inputs.push(["gaussian", [gaussianTokens(input.gaussian, network.d, like, seed).points]]);
  }
  if (inputs.length === 0) {
    const rule = "there must be texts or Gaussian tokens";
    throw new InputError({
      code: "missing",
      who: "probe",
      rule,
      got: "neither",
      fix: "Give texts; sampleTexts is a set of English ones",
    });
  }
  return inputs;
}

/**
 * Pushes real sentences and Gaussian tokens through a network and measures the token cloud at its input, after every
 * sub-block and after every block; with the same network of random weights as control.
 *
 * Texts pass one by one (attention stays within a text) and their tokens are pooled for the statistics; Gaussian tokens
 * are one sequence of n without positions.
 * @throws empty, missing, wrong-shape, out-of-range, incompatible (texts for a network that reads none) before any work; what a measure throws
 * @cost one pass per text and one of n tokens (twice with control), and the measures on every layer
 * @source theory.md §5
 */
export function probe(network: BlockStack, input: ProbeInput, options: ProbeOptions): ProbeResult {
  const inputs = inputsOf(network, input, options.seed);
  const other = options.control === "randomised" ? network.randomised(options.seed) : undefined;
  const layers: ProbeLayer[] = [];
  const heads: ProbeHead[] = [];
  const total = inputs.length * (network.layers.length + 1);
  let done = 0;
  const checkpoint = (): void => {
    if (options.cancel?.aborted) throw cancelled;
  };
  const advance = (label: string): void => options.onProgress?.(++done, total, label);
  try {
    for (const [name, sequences] of inputs) {
      const own = pass(network, sequences, checkpoint);
      const control = other === undefined ? undefined : pass(other, sequences, checkpoint);
      heads.push(...headRows(network, name, own, control));
      advance(`${name}: passes`);
      for (const [k, layer] of network.layers.entries()) {
        checkpoint();
        const values = measureCloud(own.clouds[k]!, options, true);
        const controls = control === undefined ? undefined : measureCloud(control.clouds[k]!, options, false);
        const measures: Record<string, ProbeValue> = {};
        for (const [measure, value] of values) measures[measure] = withControl(value, controls?.get(measure));
        layers.push({ name: layer.name, input: name, measures });
        advance(`${name}: ${layer.name}`);
      }
    }
  } catch (thrown) {
    if (thrown !== cancelled) throw thrown;
    return { network: network.name, outcome: { status: "stopped", event: "cancelled" }, layers, heads, verdicts: [] };
  }
  return { network: network.name, outcome: { status: "completed" }, layers, heads, verdicts: verdictsOf(layers) };
}
