import type { PlanePoint } from "./ellipse.js";

type Vector = readonly [number, number, number];

/** Where a body in three dimensions is looked at from: directions to the right, upwards, and towards the eye. */
export interface View {
  readonly right: Vector;
  readonly up: Vector;
  readonly towards: Vector;
}

/** An orthographic view from an azimuth and an elevation (rad), the third axis upwards. */
export function viewFrom(azimuth: number, elevation: number): View {
  const [ca, sa, ce, se] = [Math.cos(azimuth), Math.sin(azimuth), Math.cos(elevation), Math.sin(elevation)];
  return { right: [-sa, ca, 0], up: [-se * ca, -se * sa, ce], towards: [ce * ca, ce * sa, se] };
}

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** One visible piece of the surface. */
export interface Facet {
  readonly corners: readonly PlanePoint[];
  /** Cosine between the normal and the light, from 0 (dark) to 1. */
  readonly light: number;
}

/** Lower triangular L with LLᵀ = cov; a direction without variance gives a zero column. */
function factor(cov: ArrayLike<number>): readonly Vector[] {
  const l11 = Math.sqrt(Math.max(0, cov[0]!));
  const [l21, l31] = l11 > 0 ? [cov[3]! / l11, cov[6]! / l11] : [0, 0];
  const l22 = Math.sqrt(Math.max(0, cov[4]! - l21 * l21));
  const l32 = l22 > 0 ? (cov[7]! - l31 * l21) / l22 : 0;
  const l33 = Math.sqrt(Math.max(0, cov[8]! - l31 * l31 - l32 * l32));
  return [
    [l11, 0, 0],
    [l21, l22, 0],
    [l31, l32, l33],
  ];
}

/** The light comes from the upper left, before the page. */
function lightOf({ right, up, towards }: View): Vector {
  const mixed = [0, 1, 2].map((i) => -0.45 * right[i]! + 0.55 * up[i]! + 0.7 * towards[i]!) as unknown as Vector;
  const size = Math.sqrt(dot(mixed, mixed));
  return [mixed[0] / size, mixed[1] / size, mixed[2] / size];
}

/**
 * The side of the ellipsoid {Lw : |w| = 1}, LLᵀ = cov, that faces the eye, as four-sided facets with their brightness. The
 * body is convex, so hiding what faces away hides all that is hidden. A flat covariance gives a disc.
 * @param cov shape [3, 3]
 * @param steps facets around; half as many from pole to pole
 * @cost steps²/2 facets
 */
export function ellipsoidFacets(cov: ArrayLike<number>, view: View, steps = 36): Facet[] {
  const rows = factor(cov);
  const light = lightOf(view);
  const at = (i: number, j: number): Vector => {
    const [theta, phi] = [(Math.PI * i) / (steps / 2), (2 * Math.PI * j) / steps];
    const w: Vector = [Math.sin(theta) * Math.cos(phi), Math.sin(theta) * Math.sin(phi), Math.cos(theta)];
    return [dot(rows[0]!, w), dot(rows[1]!, w), dot(rows[2]!, w)];
  };
  const facets: Facet[] = [];
  for (let i = 0; i < steps / 2; i++) {
    for (let j = 0; j < steps; j++) {
      const corners = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
      // Diagonals, since two corners coincide at the poles.
      const normal = cross(minus(corners[2]!, corners[0]!), minus(corners[3]!, corners[1]!));
      const size = Math.sqrt(dot(normal, normal));
      if (!(size > 0) || dot(normal, view.towards) <= 0) continue;
      facets.push({
        corners: corners.map((corner) => ({ u: dot(view.right, corner), v: dot(view.up, corner) })),
        light: Math.max(0, dot(normal, light) / size),
      });
    }
  }
  return facets;
}
