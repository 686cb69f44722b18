/** A JSON value of the spec, seen as a record (empty when it is none). */
function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** A plug-in as the format writes it: its name, or `{ name: params }`. */
interface Named {
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
}

function named(value: unknown): Named {
  if (typeof value === "string") return { name: value, params: {} };
  const [name, params] = Object.entries(record(value))[0] ?? ["none", {}];
  return { name, params: record(params) };
}

function namedList(value: unknown): readonly Named[] {
  const list = Array.isArray(value) ? value : [value ?? "none"];
  return list.map(named).filter((plugin) => plugin.name !== "none");
}

/** Letters and digits that may stand inside \text{…} or \operatorname{…}. */
function safe(text: string): string {
  return text.replace(/[^A-Za-z0-9 .,()-]/g, "");
}

function operatorName(name: string): string {
  return `\\operatorname{${safe(name)}}`;
}

function numberTex(value: number): string {
  const [mantissa, power] = String(Number(value.toPrecision(6))).split("e");
  return power === undefined ? mantissa! : `${mantissa}\\cdot 10^{${Number(power)}}`;
}

function isSchedule(value: unknown): boolean {
  return "piecewise" in record(value) || "by-layer" in record(value);
}

/** A symbol, followed by (t) when its value is a schedule in depth. */
function symbol(name: string, value: unknown): string {
  return isSchedule(value) ? `${name}(t)` : name;
}

/** A matrix factor in front of a vector: nothing for the identity. */
function factor(name: string, value: unknown): string {
  if (value === "identity" || value === undefined) return "";
  const scale = record(value)["scale"];
  if (typeof scale === "number" && Object.keys(record(value)).length === 1)
    return scale === 1 ? "" : `${numberTex(scale)}\\,`;
  return symbol(name, value);
}

function betaTex(value: unknown, head: string): string {
  if (typeof value === "number") return value === 1 ? "" : `${numberTex(value)}\\,`;
  const logn = record(value)["log-n"];
  if (typeof logn === "number") return logn === 1 ? "\\log n\\," : `${numberTex(logn)}\\log n\\,`;
  return value === undefined ? "" : `${symbol(`\\beta${head}`, value)}\\,`;
}

/** The parts of one attention: score, value and how many heads are summed. */
interface Head {
  readonly score: string;
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly beta: string;
  readonly sum: string;
}

function headOf(params: Readonly<Record<string, unknown>>): Head {
  const heads = params["heads"];
  const several = Array.isArray(heads) && heads.length > 0;
  const first = several ? record(heads[0]) : params;
  const head = several ? "_h" : "";
  const matrix = (name: string): string => (several ? symbol(`${name}_h`, first[name]) : factor(name, first[name]));
  const beta = betaTex(first["beta"] ?? params["beta"], several ? head : "");
  const [query, key] = [`${matrix("Q")}x`, `${matrix("K")}y`];
  const sum = several ? `\\sum_{h=1}^{${heads.length}} ` : "";
  return { score: `\\langle ${query}, ${key}\\rangle`, query, key, value: `${matrix("V")}y`, beta, sum };
}

const measure = "\\,\\mathrm{d}\\mu(y)";

/** Γ_μ(x) of the kinds of theory.md §1. */
const attentions: Readonly<Record<string, (head: Head, params: Readonly<Record<string, unknown>>) => string>> = {
  softmax: ({ sum, value, beta, score }) =>
    `${sum}\\frac{\\int ${value}\\, e^{${beta}${score}}${measure}}{\\int e^{${beta}${score}}${measure}}`,
  unnormalised: ({ sum, value, beta, score }, params) => {
    const exponent = params["scaling"] === "shifted" ? `${beta}(${score}-1)` : `${beta}${score}`;
    return `${sum}\\int ${value}\\, e^{${exponent}}${measure}`;
  },
  l2: ({ sum, value, beta, query, key }) => {
    const weight = `e^{-${beta}\\lVert ${query}-${key}\\rVert^2}`;
    return `${sum}\\frac{\\int ${value}\\, ${weight}${measure}}{\\int ${weight}${measure}}`;
  },
  sinkhorn: ({ sum, value }, params) => {
    const epsilon = params["epsilon"];
    const prefactor =
      epsilon === 1
        ? ""
        : `\\frac{1}{${typeof epsilon === "number" ? numberTex(epsilon) : symbol("\\varepsilon", epsilon)}}`;
    return `${sum}${prefactor}\\int ${value}\\, K^\\infty(x,y)${measure}`;
  },
  sigmoid: ({ sum, value, beta, score }, params) => {
    const bias = typeof params["bias"] === "number" && params["bias"] === 0 ? "" : "-b";
    return `${sum}\\int \\frac{${value}}{1+e^{-${beta}${score}${bias}}}${measure}`;
  },
  linear: ({ sum, value, beta, score }) => `${sum}\\int ${value}\\; ${beta}${score}${measure}`,
  hardmax: ({ sum, value, score }) =>
    `${sum}\\operatorname{mean}\\bigl\\{ ${value} : y \\in \\operatorname{argmax}_{y} ${score} \\bigr\\}`,
};

function attentionTex({ name, params }: Named): string {
  const write = Object.hasOwn(attentions, name) ? attentions[name] : undefined;
  return write === undefined ? `${operatorName(name)}_{\\mu}(x)` : write(headOf(params), params);
}

function feedforwardTex({ name, params }: Named): string {
  if (name === "affine") {
    const bias =
      Array.isArray(params["b"]) && params["b"].every((entry) => entry === 0) ? "" : `+${symbol("b", params["b"])}`;
    return `${factor("W", params["W"])}x${params["b"] === 0 || params["b"] === undefined ? "" : bias}`;
  }
  if (name === "perceptron") {
    const activation = typeof params["activation"] === "string" ? operatorName(params["activation"]) : "\\sigma";
    const inner = `${activation}\\bigl(\\langle a_j, x\\rangle + b_j\\bigr)`;
    return params["out"] === undefined ? `\\sum_j \\omega_j\\, ${inner}\\, a_j` : `\\sum_j ${inner}\\, w_j`;
  }
  return `${operatorName(name)}(x)`;
}

/** Parameters that are Greek letters. */
const greek: Readonly<Record<string, string>> = { beta: "beta", epsilon: "varepsilon", sigma: "sigma" };

/** "\beta(t)=…" of each schedule that the model holds, in the order of the spec. */
function schedules(value: unknown, found: string[]): void {
  for (const [key, entry] of Object.entries(record(value))) {
    if (!isSchedule(entry)) {
      for (const part of Array.isArray(entry) ? entry : [entry]) schedules(part, found);
      continue;
    }
    const name = /^[A-Za-z]$/.test(key) ? key : `\\${greek[key] ?? `operatorname{${safe(key)}}`}`;
    found.push(`${name}(t) = ${scheduleTex(record(entry))}`);
  }
}

function short(value: unknown): string {
  if (typeof value === "number") return numberTex(value);
  if (value === "identity") return "I";
  const scale = record(value)["scale"];
  return typeof scale === "number" ? `${numberTex(scale)}\\,I` : "\\text{see the spec}";
}

function scheduleTex(schedule: Readonly<Record<string, unknown>>): string {
  const pieces = schedule["piecewise"];
  if (!Array.isArray(pieces)) return "\\text{one value per layer}";
  const rows = pieces.slice(0, 6).map((piece) => {
    const { until, value } = record(piece);
    return `${short(value)} & ${typeof until === "number" ? `t < ${numberTex(until)}` : "\\text{afterwards}"}`;
  });
  const more = pieces.length > 6 ? " \\\\ \\cdots" : "";
  return `\\begin{cases} ${rows.join(" \\\\ ")}${more} \\end{cases}`;
}

/** a + b − c. */
function joinTerms(terms: readonly string[]): string {
  return terms
    .map((term, i) => (i === 0 ? term : term.startsWith("-") ? ` - ${term.slice(1)}` : ` + ${term}`))
    .join("");
}

const maskTex: Readonly<Record<string, string>> = {
  causal: "s_y \\le s_x",
  window: "\\lvert s_x - s_y\\rvert \\le w",
  alibi: "\\text{weight } e^{-\\lambda (s_x - s_y)},\\; s_y \\le s_x",
};

/** σP_x ∘ dW of every token's own noise; other kinds by name. */
function noiseTex({ name, params }: Named, sphere: boolean): string {
  const projection = sphere ? "P_x \\circ " : "";
  if (name !== "independent") return `${projection}\\mathrm{d}${operatorName(name)}`;
  const { sigma } = params;
  const strength = typeof sigma === "number" ? numberTex(sigma) : symbol("\\sigma", sigma);
  return `${strength}\\, ${projection}\\mathrm{d}W`;
}

/**
 * The model in mathematics: TeX of ẋ = ±Γ_μ(x) + feed-forward + noise (projected on the sphere), of Γ_μ, and of mask,
 * normalisation and schedules. Kinds that have no formula here are shown by name.
 * @param spec The resolved spec (format.md), or any JSON value: nothing in it makes this throw.
 * @source theory.md §1
 */
export function modelTex(spec: unknown): string[] {
  const model = record(record(spec)["model"]);
  const attention = namedList(model["attention"]);
  const feedforward = namedList(model["feedforward"]);
  const sign = model["sign"] === "repel" ? "-" : "";
  const drift = [attention.length > 0 ? `${sign}\\Gamma_\\mu(x)` : "", ...feedforward.map(feedforwardTex)].filter(
    (term) => term !== "",
  );
  const sum = joinTerms(drift) || "0";
  const sphere = model["geometry"] === "sphere";
  const noise = namedList(model["noise"]);
  const projected = sphere ? `P_x\\Bigl[ ${sum} \\Bigr]` : sum;
  const equation =
    noise.length === 0
      ? `\\dot{x} = ${projected}`
      : `\\mathrm{d}x = ${sphere ? projected : `\\Bigl[ ${sum} \\Bigr]`}\\,\\mathrm{d}t + ${noise.map((part) => noiseTex(part, sphere)).join(" + ")}`;
  const lines = [equation];
  if (sphere) lines.push("P_x y = y - \\langle x, y\\rangle x, \\qquad \\lVert x\\rVert = 1");
  if (attention.length > 0) lines.push(`\\Gamma_\\mu(x) = ${joinTerms(attention.map(attentionTex))}`);
  for (const mask of namedList(model["mask"])) {
    const rule = Object.hasOwn(maskTex, mask.name) ? ` : \\quad ${maskTex[mask.name]}` : "";
    lines.push(`\\text{mask } ${operatorName(mask.name)}${rule}`);
  }
  for (const { name } of namedList(model["normalization"])) lines.push(`\\text{normalisation } ${operatorName(name)}`);
  schedules(model, lines);
  return lines;
}
