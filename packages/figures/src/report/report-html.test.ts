import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { blowUpAnalysis, blowUpRun, shortestRun, smallProbe } from "../../test/fixtures.js";
import { base64, equationHtml, equationStyle } from "./equations.js";
import { experimentPart } from "./experiment-part.js";
import { probePart } from "./probe-part.js";
import { reportHtml } from "./report-html.js";

const document = parseHTML("<html><body></body></html>").document as unknown as Document;
const sheet =
  '@font-face{font-family:KaTeX_Main;src:url(fonts/KaTeX_Main-Regular.woff2) format("woff2"),url(fonts/KaTeX_Main-Regular.ttf) format("truetype")}' +
  '@font-face{font-family:KaTeX_AMS;src:url(fonts/KaTeX_AMS-Regular.woff2) format("woff2")}.katex{font:1em KaTeX_Main}';
const readAsset = (name: string): string | Uint8Array =>
  name.endsWith(".css") ? sheet : Uint8Array.from([1, 2, 3, 4]);
const run = blowUpRun();
const input = {
  title: "Moments blow up",
  summary: "At $t^*$ = 0.98 & before.",
  parts: [
    experimentPart({ title: "Experiment", run, analysis: blowUpAnalysis, document }),
    probePart({ title: "A trained network", probe: smallProbe(), document }),
  ],
  provenance: {
    id: "3f2a9b",
    seed: 1,
    backend: run.backend,
    command: "meanfield run a.yaml",
    spec: run.spec,
    versions: { meanfield: "0.1.0" },
  },
  readAsset,
};
const html = reportHtml(input);

describe("report", () => {
  it("refers to nothing outside itself", () => {
    const namespaces = /http:\/\/www\.w3\.org\/(2000\/svg|1998\/Math\/MathML)/g;
    expect(html.replace(namespaces, "")).not.toMatch(/https?:/);
    expect(html).not.toMatch(/url\((?!data:|#)/);
    expect(html).not.toMatch(/<script|(?:src|href)="(?!data:|#)/);
  });

  it("has the verdicts, the distances with their bands, the expectations and the provenance", () => {
    const text = html.replace(/<[^>]*>/g, "");
    for (const part of [
      "stopped: blow-up",
      "0.98",
      "scalar value matrix",
      "from Gaussian moments, measured",
      "departure, predicted",
      "Watched along the run",
      "verdict kept; leak 3×10−17",
      "particles against Gaussian moments: n = 256, log n = 5.545; left the closure at depth",
      "frozen from depth 0.95 (e^H < 2 tokens from here on)".replace("<", "&lt;"),
      "n·e^−tilt",
      "above the band",
      "met",
      "3f2a9b",
      "meanfield run a.yaml",
      "reference, f64, exact sums, 1 thread",
    ]) {
      expect(text).toContain(part);
    }
    expect(html).toContain("<math");
    expect(html.match(/<figure /g)).toHaveLength(10);
  });

  it("has every id once", () => {
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("tells inside, above and below the band apart", () => {
    const t = Float64Array.from([1]);
    const band = { median: t.map(() => 1), low: t.map(() => 0.5), high: t.map(() => 2), n: 8, repeats: 10 };
    const saying = (value: number): string => {
      const distances = {
        "particles|layers": { energy: { t, value: Float64Array.from([value]), unit: "1", spread: t, null: band } },
      };
      return experimentPart({ title: "a", run: { ...run, distances }, document }).html;
    };
    expect(saying(1)).toContain("inside the band");
    expect(saying(3)).toContain("above the band");
    expect(saying(0.1)).toContain("below the band");
  });

  it("is written for the shortest run too", () => {
    expect(experimentPart({ title: "a", run: shortestRun(), document }).html).toContain("failed: not-finite");
  });

  it("refuses two parts of one title", () => {
    expect(() => reportHtml({ ...input, parts: [input.parts[0]!, input.parts[0]!] })).toThrow(
      expect.objectContaining({ code: "conflict" }),
    );
  });

  it("escapes what it is given", () => {
    expect(reportHtml({ ...input, title: "<b>&", provenance: { command: "<script>" } })).not.toMatch(
      /<h1><b>|<script>/,
    );
  });

  it("writes integers in full", () => {
    expect(html).toContain("22713216");
  });
});

describe("equation style", () => {
  it("embeds the needed fonts and leaves the others out", () => {
    const style = equationStyle(readAsset);
    expect(style).toContain("data:font/woff2;base64,AQIDBA==");
    expect(style).not.toMatch(/fonts\/|KaTeX_AMS/);
  });

  it("base64 agrees with the platform's own for every remainder of 3", () => {
    for (const length of [0, 1, 2, 3, 4, 5, 256]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37) % 256);
      expect(base64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
    }
  });

  it("TeX that cannot be read is an error with the TeX in it", () => {
    expect(() => equationHtml("\\frac{")).toThrow(expect.objectContaining({ code: "syntax" }));
  });
});
