import type { InitialLaw } from "../laws/contract.js";
import { type Model, noiseObstacle } from "../model/index.js";
import type { LevelPlugin } from "./contract.js";

/** Why this model or law has no such level, its noise among the reasons, or undefined when it has. */
export function levelObstacle(level: LevelPlugin, model: Model, initial: InitialLaw): string | undefined {
  return noiseObstacle(model, level.noise) ?? level.obstacle(model, initial);
}
