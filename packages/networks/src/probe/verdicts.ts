import type { InputName, ProbeLayer, ProbeValue, ProbeVerdict } from "./contract.js";

interface LayerValue {
  readonly layer: string;
  readonly value: ProbeValue;
}

/** Change from input to output, relative to the input, below which a measure counts as steady. */
const steadyWithin = 0.05;

const subject: Readonly<Record<InputName, string>> = { text: "Tokens of the texts", gaussian: "Gaussian tokens" };

function short(x: number): string {
  return Number(x.toPrecision(3)).toString();
}

/** Where the cloud leaves the null band; of a distance below the band is closer than chance, so inside. */
function bandVerdict(input: InputName, measure: string, values: readonly LayerValue[]): ProbeVerdict {
  const common = { input, measure };
  const inside = ({ value }: LayerValue): boolean => value.inside === true;
  const say = ({ layer, value }: LayerValue): string => {
    const { low, high } = value.null!;
    const limit = value.value < low && !value.inside ? `at least ${short(low)}` : `at most ${short(high)}`;
    return `${layer} (${short(value.value)} against ${limit} for a Gaussian)`;
  };
  const first = values.findIndex((value) => !inside(value));
  const who = `${subject[input]}: ${measure}`;
  if (first < 0) {
    const statement = `${who} is inside the null band at every layer, last at ${say(values.at(-1)!)}.`;
    return { verdict: "gaussian", statement, ...common };
  }
  if (first === 0) {
    const statement = `${who} is outside the null band from the start, at ${say(values[0]!)}.`;
    return { verdict: "not-gaussian", statement, ...common, layer: values[0]!.layer };
  }
  const last = values[first - 1]!;
  const statement = `${who} is inside the null band up to ${say(last)} and leaves it at ${say(values[first]!)}.`;
  return { verdict: "gaussian-until", statement, ...common, layer: last.layer };
}

/** How a measure changes from the first state to the last, and how it does with random weights. */
function trendVerdict(input: InputName, measure: string, values: readonly LayerValue[]): ProbeVerdict {
  const from = values[0]!.value;
  const to = values.at(-1)!.value;
  const change = to.value - from.value;
  const steady = Math.abs(change) <= steadyWithin * Math.abs(from.value);
  const verdict = steady ? "steady" : change > 0 ? "rises" : "falls";
  const control =
    from.control === undefined || to.control === undefined
      ? ""
      : ` (random weights: ${short(from.control)} to ${short(to.control)})`;
  const verb = steady ? "stays near its start" : verdict;
  const statement = `${subject[input]}: ${measure} ${verb}, ${short(from.value)} to ${short(to.value)}${control}.`;
  return { verdict, statement, input, measure };
}

/** Plain statements about a probe: for each input and measure, the null band where there is one, otherwise the trend. */
export function verdictsOf(layers: readonly ProbeLayer[]): ProbeVerdict[] {
  return (["text", "gaussian"] as const).flatMap((input) => {
    const own = layers.filter((layer) => layer.input === input);
    return Object.keys(own[0]?.measures ?? {}).map((measure) => {
      const values = own.map((layer) => ({ layer: layer.name, value: layer.measures[measure]! }));
      const verdict = values.every(({ value }) => value.null !== undefined) ? bandVerdict : trendVerdict;
      return verdict(input, measure, values);
    });
  });
}
