import { type BoundLevel, levelObstacle } from "../dynamics/index.js";
import { atPath, InputError, type SpecPath } from "../foundation/errors/index.js";
import { requireRoom } from "../foundation/parameters/index.js";
import type { InitialLaw } from "../laws/contract.js";
import type { Model } from "../model/index.js";
import type { Method } from "../solve/index.js";
import { resolveChoice } from "./choice.js";
import type { Plugins } from "./plugins.js";
import { parameterPath, type Resolved } from "./resolve-model.js";
import type { Integration } from "./resolve-solve.js";
import type { DocumentSpec } from "./spec.js";

/** The law, which refuses to draw more tokens, or moments of a higher dimension, than there is room for. */
function withRoom(law: InitialLaw, path: SpecPath): InitialLaw {
  const { n = 1, d } = law;
  const who = `initial ${law.name}`;
  return {
    ...law,
    cloud(run) {
      requireRoom(who, [n, d], "Lower n, or ask the levels that need no tokens", {
        path: [...path, "n"],
        rooted: true,
      });
      return law.cloud(run);
    },
    moments() {
      requireRoom(who, [d, d], "Lower d", { path: [...path, "d"], rooted: true });
      return law.moments();
    },
  };
}

/** The `initial:` section: exactly one law, and whether it draws its tokens. @throws InputError missing, and what the law throws */
export function resolveInitial(value: unknown, plugins: Plugins): Resolved<InitialLaw> & { readonly seeded: boolean } {
  if (value === undefined) {
    throw new InputError({
      code: "missing",
      who: "experiment",
      rule: "initial is needed: it owns d, n, the law and the seed",
      fix: `Write one of ${plugins.laws.map((law) => law.name).join(", ")}`,
      path: ["initial"],
    });
  }
  const choice = resolveChoice("initial law", plugins.laws, value, ["initial"]);
  const path = parameterPath(["initial"], value, choice.plugin.name);
  const { plugin, params, canonical } = choice;
  const law = atPath(path, () => plugin.bind(params));
  return { value: withRoom(law, path), canonical, seeded: plugin.seeded };
}

/** A level with noise is integrated by a method that knows noise, its own or the run's. @throws InputError incompatible */
function requireNoiseMethod({ name, problem, own }: BoundLevel, { noise }: Model, method: Method): void {
  if (problem.diffusion === undefined || own !== undefined || method.traits?.noise !== undefined) return;
  throw new InputError({
    code: "incompatible",
    who: `method ${method.name}`,
    rule: "it integrates equations without noise",
    got: `level ${name} with the noise ${noise.name}`,
    fix: "Write method: euler-maruyama, or heun-stratonovich, and steps: { fixed: { dt: 0.01 } }",
    path: ["solve", "method"],
  });
}

/** The `levels:` section. @throws InputError empty, no-closure (naming the levels there are), incompatible */
export function resolveLevels(
  spec: DocumentSpec["levels"],
  plugins: Plugins,
  model: Model,
  initial: InitialLaw,
  { span, method }: Pick<Integration, "span" | "method">,
): Resolved<BoundLevel[]> {
  const names = Object.keys(spec);
  if (names.length === 0) {
    throw new InputError({
      code: "empty",
      who: "levels",
      rule: "at least one level is needed",
      got: "none",
      path: ["levels"],
    });
  }
  const canonical: Record<string, unknown> = {};
  const levels = names.map((name) => {
    const choice = resolveChoice("level", plugins.levels, { [name]: spec[name] }, ["levels"]);
    const path = ["levels", name];
    const obstacle = levelObstacle(choice.plugin, model, initial);
    if (obstacle !== undefined) {
      const others = plugins.levels
        .filter((one) => levelObstacle(one, model, initial) === undefined)
        .map((one) => one.name);
      throw new InputError({
        code: "no-closure",
        who: `level ${name}`,
        rule: obstacle,
        fix: `This model has the levels ${others.join(", ") || "(none)"}`,
        details: { levels: others },
        path,
      });
    }
    canonical[name] = choice.params;
    const context = { model, initial, span, ...(method.traits?.noise && { calculus: method.traits.noise.calculus }) };
    const level = atPath(path, () => choice.plugin.bind(choice.params, context));
    requireNoiseMethod(level, model, method);
    return level;
  });
  return { value: levels, canonical };
}
