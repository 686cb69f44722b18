import { inflateSync } from "node:zlib";
import { applicableFigures, type Figure, fontStacks, renderSvg } from "@meanfield/figures";
import { describe, expect, it } from "vitest";
import { blowUpAnalysis, blowUpRun, smallProbe } from "../../../figures/test/fixtures.js";
import { nodeDocument, readKatexAsset, svgToPdf, svgToPng } from "./index.js";
import { placeRuns } from "./place-runs.js";

const figures = applicableFigures({ run: blowUpRun(), analysis: blowUpAnalysis, probe: smallProbe() });
const spectrum = figures.find((figure) => figure.name === "spectrum-by-depth")!;
const svgOf = (figure: Figure): string => renderSvg(figure, nodeDocument());
const textSvg = (text: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="30" font-family="Helvetica, KaTeX_SansSerif, sans-serif" font-size="12"><rect width="120" height="30" fill="#ffffff"/>${text}</svg>`;

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Pixels that differ from white. */
  readonly dark: number;
}

/** Reads a PNG of 8-bit RGBA, the kind that is written here, and counts its dark pixels. */
function readPng(png: Uint8Array): Picture {
  const bytes = Buffer.from(png);
  const [width, height, channels] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20), bytes[25] === 6 ? 4 : 3];
  const parts: Buffer[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    if (bytes.toString("latin1", at + 4, at + 8) === "IDAT")
      parts.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)));
  }
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  let above = new Uint8Array(stride);
  let dark = 0;
  for (let row = 0; row < height; row++) {
    const filter = raw[row * (stride + 1)]!;
    const line = new Uint8Array(stride);
    for (let i = 0; i < stride; i++) {
      const [left, up, corner] = [
        i >= channels ? line[i - channels]! : 0,
        above[i]!,
        i >= channels ? above[i - channels]! : 0,
      ];
      const estimate = left + up - corner;
      const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      const predicted = [0, left, up, (left + up) >> 1, paeth][filter]!;
      line[i] = raw[row * (stride + 1) + 1 + i]! + predicted;
    }
    for (let x = 0; x < width; x++) if (line[x * channels]! < 128) dark++;
    above = line;
  }
  return { width, height, dark };
}

describe("PNG", () => {
  it("draws a run in which two levels agree to rounding, far below the axis of the other distances", () => {
    const run = blowUpRun();
    const [pair, metrics] = Object.entries(run.distances)[0]!;
    const [metric, series] = Object.entries(metrics)[0]!;
    const tiny = { ...series, value: series.value.map((_, k) => 1e-16 * (k + 1)) };
    const wide = { ...series, value: series.value.map((_, k) => 10 ** (-3 + (4 * k) / series.value.length)) };
    const distances = { [pair]: { [metric]: wide }, "one|other": { [metric]: tiny } };
    const figure = applicableFigures({ run: { ...run, distances } }).find(({ name }) => name === "distances-by-depth")!;
    expect(readPng(svgToPng(svgOf(figure))).dark).toBeGreaterThan(1000);
  });

  it("has twice the size in px, and the same bytes twice", () => {
    const png = svgToPng(svgOf(spectrum));
    const { width, height, dark } = readPng(png);
    expect([width, height]).toEqual([2 * spectrum.width, 2 * spectrum.height]);
    expect(dark).toBeGreaterThan(1000);
    expect(svgToPng(svgOf(spectrum))).toEqual(png);
  });

  it("draws text: letters, Greek letters and digits are dark pixels, no text is none", () => {
    const dark = (text: string): number => readPng(svgToPng(textSvg(text))).dark;
    expect(dark("")).toBe(0);
    const greek = `<tspan font-family="KaTeX_Math" font-style="italic">λβσ</tspan>`;
    // 20 pixels: at scale 2 and 12 px even one thin stroke covers more.
    for (const text of ["abc", "0.1", greek]) expect(dark(`<text x="10" y="20">${text}</text>`)).toBeGreaterThan(20);
  });

  it("a text in two fonts keeps both: it is as dark as its runs drawn apart", () => {
    const italic = `<tspan font-family="KaTeX_Math" font-style="italic">λ</tspan>`;
    const dark = (text: string): number => readPng(svgToPng(textSvg(text))).dark;
    const together = dark(`<text x="10" y="20" font-size="12" text-anchor="start"><tspan>mmmm</tspan>${italic}</text>`);
    const apart = dark(`<text x="10" y="20">mmmm</text>`) + dark(`<text x="10" y="20">${italic}</text>`);
    // 10 %: the runs fall on other fractions of a pixel.
    expect(Math.abs(together - apart)).toBeLessThanOrEqual(0.1 * apart);
  });
});

describe("a character that no font has", () => {
  it("is an error that names it, not an empty box", () => {
    const text = `<text font-size="12" text-anchor="start"><tspan font-family="${fontStacks.latin}">\u{e0041}</tspan></text>`;
    expect(() => svgToPng(textSvg(text))).toThrow(expect.objectContaining({ code: "unreadable" }));
  });
});

describe("runs of a text", () => {
  it("are placed one after the other, around the anchor", () => {
    const text = (anchor: string): string =>
      placeRuns(
        `<text font-size="10" text-anchor="${anchor}"><tspan>mm</tspan><tspan font-family="KaTeX_Math">t</tspan></text>`,
      );
    const xs = (svg: string): number[] => [...svg.matchAll(/ x="([^"]+)"/g)].map((match) => Number(match[1]));
    const [start, middle, end] = [xs(text("start")), xs(text("middle")), xs(text("end"))] as const;
    expect(start[0]).toBe(0);
    expect(start[1]).toBeGreaterThan(10);
    // .02: positions are written to .01 px.
    expect(Math.abs(middle[0]! - end[0]! / 2)).toBeLessThanOrEqual(0.02);
    expect(Math.abs(end[1]! - end[0]! - start[1]!)).toBeLessThanOrEqual(0.02);
  });
});

describe("PDF", () => {
  it("begins as a PDF, has the size in points, and the KaTeX fonts inside", async () => {
    const pdf = Buffer.from(await svgToPdf(svgOf(spectrum), spectrum)).toString("latin1");
    expect(pdf.startsWith("%PDF")).toBe(true);
    expect(pdf).toContain(`/MediaBox [0 0 ${spectrum.width * 0.75} ${spectrum.height * 0.75}]`);
    for (const face of ["KaTeX_Math-Italic", "KaTeX_Main-Regular", "KaTeX_SansSerif-Regular"])
      expect(pdf).toContain(face);
    expect(pdf.match(/\/FontFile2 /g)).toHaveLength(3);
    expect(pdf).not.toContain("/BaseFont /Helvetica");
  });

  it("is written for every figure", async () => {
    for (const figure of figures) expect((await svgToPdf(svgOf(figure), figure)).length).toBeGreaterThan(5000);
  });
});

describe("KaTeX assets", () => {
  it("style sheets are text, fonts are bytes of WOFF2, a wrong name is an error", () => {
    expect(readKatexAsset("katex.min.css")).toContain("@font-face");
    const font = readKatexAsset("fonts/KaTeX_Main-Regular.woff2") as Uint8Array;
    expect(String.fromCharCode(...font.slice(0, 4))).toBe("wOF2");
    expect(() => readKatexAsset("fonts/none.woff2")).toThrow(expect.objectContaining({ code: "unreadable" }));
  });
});
