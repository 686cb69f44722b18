import type { LevelResult, RunResult } from "@meanfield/core/experiment";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { blowUpAnalysis, blowUpRun, series, shortestRun, smallProbe } from "../../test/fixtures.js";
import { renderSvg } from "../drawing/render-svg.js";
import type { FigureKind, FigureSource } from "../figure.js";
import { applicableFigures, figureKinds } from "./index.js";

const fresh = (): Document => parseHTML("<html><body></body></html>").document as unknown as Document;
const svgOf = (source: FigureSource, name: string): string =>
  renderSvg(figureKinds.find((kind) => kind.name === name)!.draw(source), fresh());
/** With the law on the circle beside the clouds. */
function fullRun(): RunResult {
  const run = blowUpRun();
  const mass = { shape: [2, 4], data: Float64Array.of(0.25, 0.25, 0.25, 0.25, 0.1, 0.5, 0.3, 0.1) };
  const law: LevelResult = {
    outcome: { status: "completed" },
    t: Float64Array.of(0, 0.5),
    states: { mass },
    series: {},
    events: [{ name: "under-resolved", t: 0.4 }],
    stats: { steps: 10, rejected: 0, evaluations: 40, method: "ssp-rk3" },
  };
  return { ...run, levels: { ...run.levels, "mean-field": law } };
}

const full: FigureSource = { run: fullRun(), analysis: blowUpAnalysis, probe: smallProbe() };
/** In three dimensions, where the covariance is drawn as a solid. */
const solid: FigureSource = { run: blowUpRun(3) };
const line: FigureSource = {
  analysis: {
    "phase-portrait": {
      start: 1,
      equilibria: [
        { sigma: 0, stability: "stable", slope: -1 },
        { sigma: 0.5, stability: "unstable", slope: 1 },
      ],
      picture: { sigma: [0, 0.5, 1, 1.5], drift: [0, 0, 1, 3] },
    },
  },
};
const plane: FigureSource = {
  analysis: {
    "phase-portrait": {
      verdict: "invariant plane",
      start: [1, 0.5],
      directions: [
        [1, 0],
        [0, 1],
      ],
      picture: {
        size: 2,
        field: [
          [0.5, 0.5, 1, 0],
          [1.5, 0.5, 0, 0],
          [0.5, 1.5, -1, 2],
          [1.5, 1.5, 0.1, 0.1],
        ],
        paths: [
          {
            end: "blow-up",
            points: [
              [1, 0.5],
              [1e12, 1],
            ],
          },
        ],
      },
    },
  },
};
const context: FigureSource = {
  analysis: {
    "lost-in-the-middle": {
      verdict: "u-shaped",
      depth: 1.4,
      criticalDepth: 2.739,
      minimum: { position: 0.5, value: 1 },
      profile: [3, 1, 2].map((influence, k) => ({ position: (k + 1) / 3, influence })),
    },
  },
};
const branched: FigureSource = {
  analysis: {
    equilibria: {
      continuation: { path: "model.attention.softmax.beta", range: [0, 1] },
      branches: [{ rank: 1, special: [{ kind: "hopf", parameter: 0.5, trace: 1 }] }],
      picture: {
        branches: [
          [
            [0, 0.5, 0],
            [0.5, 1, 0],
            [1, 2, 2],
          ],
        ],
      },
    },
  },
};
const others = [solid, line, plane, context, branched];
const sourceOf = (kind: FigureKind): FigureSource => [full, ...others].find((source) => kind.applies(source))!;
const plain = (svg: string): string => svg.replace(/<[^>]*>/g, "");

/** Every opened element is closed in order, and attributes are quoted: what an XML reader asks of a document. */
function wellFormed(svg: string): boolean {
  const stack: string[] = [];
  for (const [, close, name, self] of svg.matchAll(/<(\/?)([A-Za-z]+)(?:\s+[\w:-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (close === "/") {
      if (stack.pop() !== name) return false;
    } else if (self !== "/") stack.push(name!);
  }
  const rest = svg.replace(/<\/?[A-Za-z]+(?:\s+[\w:-]+="[^"<]*")*\s*\/?>/g, "");
  return stack.length === 0 && !/[<>]/.test(rest) && !/&(?!amp;|lt;|gt;|quot;)/.test(rest);
}

describe("every kind of figure", () => {
  it("applies to a full result, and to no empty one", () => {
    const drawn = new Set(
      [full, ...others].flatMap((source) => applicableFigures(source)).map((figure) => figure.name),
    );
    expect(figureKinds.map((kind) => kind.name).filter((name) => !drawn.has(name))).toEqual([]);
    expect(applicableFigures({})).toEqual([]);
  });

  for (const kind of figureKinds) {
    it(`${kind.name}: is well-formed, stands alone and is the same twice`, () => {
      const source = sourceOf(kind);
      const figure = kind.draw(source);
      const svg = renderSvg(figure, fresh());
      expect(wellFormed(svg)).toBe(true);
      expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true);
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(
        /http|currentColor|var\(|class=|NaN|Infinity|undefined/,
      );
      expect(renderSvg(kind.draw(source), fresh())).toBe(svg);
      expect(figure.caption).toMatch(/\.$/);
    });

    it(`${kind.name}: says what is missing when it does not apply`, () => {
      expect(() => kind.draw({})).toThrow(expect.objectContaining({ code: "missing" }));
    });
  }

  it("keeps every panel inside the figure", () => {
    for (const figure of [full, ...others].flatMap((source) => applicableFigures(source))) {
      for (const { x, y, options } of figure.panels) {
        expect(x + options.width!).toBeLessThanOrEqual(figure.width);
        expect(y + options.height!).toBeLessThanOrEqual(figure.height);
      }
    }
  });

  it("prefixes ids so that two figures can share a page", () => {
    const figure = figureKinds[0]!.draw(full);
    const ids = (svg: string): string[] => [...svg.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!);
    const [a, b] = [ids(renderSvg(figure, fresh(), "a")), ids(renderSvg(figure, fresh(), "b"))];
    expect(a.length).toBeGreaterThan(0);
    expect(a.filter((id) => b.includes(id))).toEqual([]);
  });
});

describe("what the figures say", () => {
  it("spectrum: names the levels, the eigenvalues, t* and where a level stopped", () => {
    const text = plain(svgOf(full, "spectrum-by-depth"));
    for (const part of [
      "particles",
      "layers",
      "Gaussian moments",
      "λ1",
      "λ2",
      "t∗ = 0.98",
      "depth t",
      "stopped at t = 0.98 (blow-up)",
      "n = 256",
    ]) {
      expect(text).toContain(part);
    }
  });

  it("spectrum: two panels, linear and logarithmic; a law that escapes leaves both at the top", () => {
    const { panels } = figureKinds[0]!.draw(full);
    expect(panels.map(({ options }) => (options.y as { type: string }).type)).toEqual(["linear", "log"]);
    const [linear, log] = panels.map(({ options }) => (options.y as { domain: [number, number] }).domain);
    const clouds = ["particles", "layers"].map((name) => blowUpRun().levels[name]!.series["spectrum"]!.value.data);
    const top = Math.max(...clouds.flatMap((data) => [...data]));
    // Axes end 15 % and .7 decades (a factor 5) above the clouds, and get a pad; the law of the fixture reaches 10⁵.
    expect(linear![1] / top).toBeLessThan(1.25);
    expect(log![1] / top).toBeLessThan(8);
    const paths = [...svgOf(full, "spectrum-by-depth").matchAll(/ d="([^"]+)"/g)].map((match) => match[1]!);
    const places = paths.flatMap((path) => [...path.matchAll(/[-\d.]+/g)].map(([text]) => Math.abs(Number(text))));
    // A path of 10⁶ px is dropped by some renderers.
    expect(Math.max(...places)).toBeLessThan(1e5);
  });

  it("spectrum: draws no t* without an analysis", () => {
    expect(plain(svgOf({ run: blowUpRun() }, "spectrum-by-depth"))).not.toContain("t∗");
  });

  it("trace: is the sum of the spectrum when it was not observed", () => {
    const run = blowUpRun();
    const level = run.levels["particles"]!;
    const { spectrum } = level.series;
    const trace = Array.from(spectrum!.t, (_, k) => spectrum!.value.data[2 * k]! + spectrum!.value.data[2 * k + 1]!);
    const observed = { ...level, series: { ...level.series, trace: series(Array.from(spectrum!.t), trace) } };
    const other = { ...run, levels: { ...run.levels, particles: observed } };
    expect(svgOf({ run: other }, "trace-by-depth")).toBe(svgOf({ run }, "trace-by-depth"));
  });

  it("cloud: says that the axes are principal when d > 2, and draws the coordinates when d = 2", () => {
    expect(plain(svgOf({ run: blowUpRun(3) }, "cloud-2d"))).toContain("principal axis 1");
    expect(plain(svgOf({ run: blowUpRun(2) }, "cloud-2d"))).toContain("x1");
  });

  it("cloud: says when not every token is drawn", () => {
    expect(figureKinds.find((kind) => kind.name === "cloud-2d")!.draw({ run: blowUpRun(2, 1500) }).caption).toContain(
      "one token in 2",
    );
  });

  it("distances and probe: the null band has its line in the legend", () => {
    expect(plain(svgOf(full, "distances-by-depth"))).toContain("null band 5–95 %");
    const probe = plain(svgOf(full, "probe-by-layer"));
    for (const part of ["text input", "Gaussian input", "null band", "control", "layer", "skewness"])
      expect(probe).toContain(part);
  });

  it("attention: log n, both clouds and the closure, departures, and when attention froze", () => {
    const figure = figureKinds.find((kind) => kind.name === "attention-by-depth")!.draw(full);
    const text = plain(renderSvg(figure, fresh()));
    for (const part of ["log n = 5.55", "Gaussian closure", "particles", "tilt (nat)", "entropy (nat)", "t∗ = 0.98"])
      expect(text).toContain(part);
    expect(figure.caption).toContain("particles freezes at $t$ = 0.95");
    expect(figure.caption).not.toContain("below 0");
    const run = fullRun();
    const pair = run.attention!["particles|gaussian-moments"]!;
    const low = { ...pair, entropyInClosure: [4, 1, -12] };
    const cut = figureKinds
      .find((kind) => kind.name === "attention-by-depth")!
      .draw({
        run: { ...run, attention: { "particles|gaussian-moments": low } },
      });
    expect(cut.caption).toContain("below 0 from $t$ = 0.8 and not drawn there");
  });

  it("one saved time, a failed level, zero distances: still a figure, with no empty path", () => {
    for (const figure of applicableFigures({ run: shortestRun() })) {
      const svg = renderSvg(figure, fresh());
      expect(wellFormed(svg)).toBe(true);
      expect(svg).not.toMatch(/NaN|Infinity/);
    }
    expect(figureKinds[0]!.draw({ run: shortestRun() }).caption).toContain(
      "particles failed at $t$ = 0.1 (not-finite)",
    );
  });

  it("values ≤ 0 on a log axis are counted in the caption", () => {
    const run = shortestRun();
    const level = {
      ...run.levels["particles"]!,
      series: {
        spectrum: series(
          [0, 1],
          [
            [1, 0],
            [2, 0],
          ],
        ),
      },
    };
    expect(figureKinds[0]!.draw({ run: { ...run, levels: { particles: level } } }).caption).toContain("2 values ≤ 0");
  });
});
