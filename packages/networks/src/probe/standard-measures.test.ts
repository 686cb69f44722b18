import { expect, test } from "vitest";
import { useLiteFolder } from "../../test/use-lite.js";
import { loadUniversalSentenceEncoderLite } from "../networks/universal-sentence-encoder-lite.js";
import { probe } from "./probe.js";
import { sampleTexts } from "./sample-texts.js";
import { standardMeasures } from "./standard-measures.js";

test("the published network: Gaussian tokens enter as a Gaussian and real ones do not; random weights align them", async () => {
  const network = await loadUniversalSentenceEncoderLite(useLiteFolder);
  const measures = standardMeasures({ directions: 16, slicedRepeats: 20, energyRepeats: 4 });
  const input = { texts: sampleTexts.slice(0, 6), gaussian: { n: 64 } };
  const options = { measures, seed: 1, control: "randomised" as const };
  const result = probe(network, input, options);
  const at = (input: string, name: string) =>
    result.layers.find((layer) => layer.input === input && layer.name === name)!.measures;
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  expect(result.layers.length).toBe(10);
  expect(result.heads.length).toBe(16);
  const sliced = at("gaussian", "blocks.0.hook_resid_pre")["sliced-wasserstein"]!;
  expect(sliced.value).toBeLessThanOrEqual(sliced.null!.high);
  const real = at("text", "blocks.0.hook_resid_pre");
  expect(real["sliced-wasserstein"]!.value).toBeGreaterThan(real["sliced-wasserstein"]!.null!.high);
  expect(real["energy-distance"]!.value).toBeGreaterThan(real["energy-distance"]!.null!.high);
  const end = at("gaussian", "blocks.1.hook_resid_post");
  // Measured 0.10 against 0.74: trained blocks spread the tokens, random ones align them.
  expect(end["mean-cosine"]!.value).toBeLessThan(0.3);
  expect(end["mean-cosine"]!.control!).toBeGreaterThan(0.5);
});
