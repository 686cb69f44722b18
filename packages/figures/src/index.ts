export { benchFigure } from "./bench/bench-figure.js";
export type { BenchSource } from "./bench/bench-source.js";
export { renderSvg } from "./drawing/render-svg.js";
export { fontStacks } from "./drawing/style.js";
export { plainText, textRuns } from "./drawing/typeset.js";
export type {
  AnalysisJson,
  Figure,
  FigureKind,
  FigureSource,
  LegendEntry,
  Panel,
  ProbeHead,
  ProbeLayer,
  ProbeMeasure,
  ProbeResult,
} from "./figure.js";
export { applicableFigures, figureKinds } from "./kinds/index.js";
export { type ExperimentInput, experimentPart } from "./report/experiment-part.js";
export { modelTex } from "./report/model-tex.js";
export { type ProbeInput, probePart } from "./report/probe-part.js";
export { type Provenance, type ReportInput, type ReportPart, reportHtml } from "./report/report-html.js";
export { distanceScaling, exponentText, type ScalingSource } from "./scaling/distance-scaling.js";
export type { FigureTable, TableRow } from "./tables/figure-table.js";
export { type HeatMapOptions, heatMap } from "./tables/heat-map.js";
export { type LineFamilyOptions, lineFamily } from "./tables/line-family.js";
export { type ParallelCoordinatesOptions, parallelCoordinates } from "./tables/parallel-coordinates.js";
export { type RankHistogramOptions, rankHistogram } from "./tables/rank-histogram.js";
export { type RegimeMapOptions, regimeMap } from "./tables/regime-map.js";
export type { Grid } from "./tables/tiles.js";
