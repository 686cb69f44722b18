import type { Figure, FigureKind, FigureSource } from "../figure.js";
import { attentionByDepth } from "./attention-by-depth.js";
import { cloud2d } from "./cloud-2d.js";
import { contextProfile } from "./context-profile.js";
import { covarianceEllipses } from "./covariance-ellipses.js";
import { covarianceEllipsoids } from "./covariance-ellipsoids.js";
import { densityByCoordinate } from "./density-by-coordinate.js";
import { distancesByDepth } from "./distances-by-depth.js";
import { equilibriumBranches } from "./equilibrium-branches.js";
import { headsByLayer } from "./heads-by-layer.js";
import { overlapHistogram } from "./overlap-histogram.js";
import { phaseLine } from "./phase-line.js";
import { phasePlane } from "./phase-plane.js";
import { probeByLayer } from "./probe-by-layer.js";
import { seriesByDepth } from "./series-by-depth.js";
import { spectrumByDepth } from "./spectrum-by-depth.js";
import { traceByDepth } from "./trace-by-depth.js";

/** Every kind of figure, in the order of a report. */
export const figureKinds: readonly FigureKind[] = [
  spectrumByDepth,
  traceByDepth,
  distancesByDepth,
  attentionByDepth,
  seriesByDepth,
  covarianceEllipses,
  covarianceEllipsoids,
  phaseLine,
  phasePlane,
  contextProfile,
  equilibriumBranches,
  cloud2d,
  densityByCoordinate,
  overlapHistogram,
  probeByLayer,
  headsByLayer,
];

/** All figures that apply to a source, in the order of a report. */
export function applicableFigures(source: FigureSource): readonly Figure[] {
  return figureKinds.filter((kind) => kind.applies(source)).map((kind) => kind.draw(source));
}
