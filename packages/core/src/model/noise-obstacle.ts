import type { TokenNoise } from "../noise/contract.js";
import type { Model } from "./model.js";

/** Why something that carries these noises, and none beyond, does not apply to the model; undefined when it does. */
export function noiseObstacle({ noise }: Model, carried: readonly TokenNoise[] = []): string | undefined {
  const { tokens } = noise.traits;
  return tokens === "none" || carried.includes(tokens) ? undefined : `it does not carry the noise ${noise.name}`;
}
