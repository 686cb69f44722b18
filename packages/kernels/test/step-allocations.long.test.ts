import { expect, test } from "vitest";
import { greedy, meteredSteps } from "./helpers/metered.js";
import { problems } from "./metered-problems.mjs";

const methods = ["auto", "dop853", "euler", "euler-maruyama", "heun-stratonovich", "rk4", "rodas4", "ssp-rk3", "tsit5"];
/** A step of an implicit method asks for twice as many drifts as there are numbers in the state. */
const explicit = methods.filter((name) => !["auto", "rodas4"].includes(name));
const cases = ["reference", "wasm", "native"].flatMap((backend) =>
  Object.keys(problems).map((name) => [name, backend] as const),
);

test.each(cases)("steps of %s on %s take no array, by every method", async (name, backend) => {
  const large = name.includes("box") || name.includes("under a mask") || name.includes("finite");
  const { answers } = await meteredSteps(name, backend, large ? explicit : methods);
  const warm = answers.filter(({ size }) => size === 2);
  // gaussian-projection factors a covariance in new arrays: 16 kB hold those of d = 2 in 16 evaluations.
  const slack = name === "gaussian-projection" ? 65_536 : 16_384;
  if (name !== "gaussian-projection") expect(answers.filter(({ buffers }) => buffers > 0)).toEqual([]);
  expect(
    greedy(
      warm.map((one) => ({ ...one, buffers: 0 })),
      slack,
    ),
  ).toEqual([]);
});
