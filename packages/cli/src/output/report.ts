import type { RunResult } from "@meanfield/core/experiment";
import {
  applicableFigures,
  type BenchSource,
  benchFigure,
  type ProbeResult as DrawnProbe,
  experimentPart,
  type Figure,
  type Provenance,
  probePart,
  type ReportPart,
  renderSvg,
  reportHtml,
} from "@meanfield/figures";
import type { ProbeResult } from "@meanfield/networks";
import type { Analysis } from "../compute/protocol.js";
import { nodeDocument, readKatexAsset, svgToPdf, svgToPng } from "../render/index.js";

type Files = Record<string, Uint8Array>;

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Every figure as SVG, PNG and PDF under figures/. */
export async function figureFiles(figures: readonly Figure[]): Promise<Files> {
  const files: Files = {};
  for (const figure of figures) {
    const svg = renderSvg(figure, nodeDocument());
    files[`figures/${figure.name}.svg`] = encode(svg);
    files[`figures/${figure.name}.png`] = svgToPng(svg);
    files[`figures/${figure.name}.pdf`] = await svgToPdf(svg, figure);
  }
  return files;
}

/** The part of a report about one run. */
export function runPart(title: string, summary: string | undefined, run: RunResult, analysis: Analysis): ReportPart {
  return experimentPart({
    title,
    run,
    analysis,
    document: nodeDocument(),
    ...(summary === undefined ? {} : { summary }),
  });
}

/** The part of a report about one probe. */
export function networkPart(title: string, summary: string | undefined, probe: ProbeResult): ReportPart {
  return probePart({
    title,
    probe: probe as DrawnProbe,
    document: nodeDocument(),
    ...(summary === undefined ? {} : { summary }),
  });
}

/** A report page that opens offline. */
export function reportPage(
  title: string,
  summary: string,
  parts: readonly ReportPart[],
  provenance: Provenance,
): Uint8Array {
  return encode(reportHtml({ title, summary, parts, provenance, readAsset: readKatexAsset }));
}

/** report.html and figures/ of one run: what its directory holds beside the numbers. */
export async function runAttachments(run: RunResult, analysis: Analysis, provenance: Provenance): Promise<Files> {
  const title = String(run.spec["title"] ?? "Experiment");
  const levels = Object.keys(run.levels).join(", ");
  const notes = run.spec["notes"];
  const summary = typeof notes === "string" ? notes : `One model at the levels ${levels}.`;
  const part = runPart(title, undefined, run, analysis);
  return {
    "report.html": reportPage(title, summary, [part], provenance),
    ...(await figureFiles(applicableFigures({ run, analysis }))),
  };
}

/** Figures of a probe. */
export function probeFigureFiles(probe: ProbeResult): Promise<Files> {
  return figureFiles(applicableFigures({ probe: probe as DrawnProbe }));
}

/** The figure of a benchmark. */
export const benchFigureFiles = (source: BenchSource): Promise<Files> => figureFiles([benchFigure(source)]);
