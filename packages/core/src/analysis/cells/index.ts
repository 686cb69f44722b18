import type { Leaders } from "../../attention/contract.js";
import type { PointCloud } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { AnalysisContext, AnalysisPlugin } from "../contract.js";

/** Whether W = −I and b = 0, or W = 0 and b = 0; undefined for any other feed-forward. */
function contracts({ feedforward, d }: Model): boolean | undefined {
  const W = new Float64Array(d * d);
  for (const one of feedforward) {
    const map = one.affine?.(0);
    if (map === undefined || map.b.some((value) => value !== 0)) return undefined;
    for (let k = 0; k < d * d; k++) W[k]! += map.W[k]!;
  }
  if (W.every((value) => value === 0)) return false;
  return W.every((value, k) => value === (k % (d + 1) === 0 ? -1 : 0)) ? true : undefined;
}

/** Whether the values of the leaders are the leaders themselves: V = I on them. */
function valuesAreTokens(model: Model, cloud: PointCloud, leaders: Leaders): boolean {
  const { m, d, points } = cloud;
  const field = new Float64Array(m * d);
  model.attention[0]!.fieldAt(cloud, cloud, model.mask, 0, { field });
  for (let i = 0; i < m; i++) {
    for (let k = leaders.starts[i]!; k < leaders.starts[i + 1]!; k++) {
      const j = leaders.indices[k]!;
      for (let a = 0; a < d; a++) field[i * d + a]! -= leaders.shares[k]! * points[j * d + a]!;
    }
  }
  const size = Math.max(...points.map(Math.abs));
  return field.every((value) => Math.abs(value) <= 1e-12 * size);
}

function leadersOf(model: Model, cloud: PointCloud): Leaders | undefined {
  const [one] = model.attention;
  if (model.attention.length !== 1 || one!.heads !== 1) return undefined;
  return one!.leadersAt?.(cloud, cloud, model.mask, 0)[0];
}

function obstacleOf({ model, initial }: AnalysisContext): string | undefined {
  if (initial.n === undefined) return `the law ${initial.name} has no tokens`;
  if (!model.geometry.flat) return "cells are those of tokens in R^d";
  if (!model.normalization.identity) return `under the normalization ${model.normalization.name} tokens do not follow`;
  if (!model.mask.dense) return `under the mask ${model.mask.name} tokens see different leaders`;
  if (model.sign !== "attract") return "repelled tokens do not follow leaders";
  if (model.breakpoints.length > 0) return "cells are those of parameters that do not change with depth";
  if (contracts(model) === undefined) return "the feed-forward must be none, or affine with W = −I and b = 0";
  const cloud = initial.cloud();
  const leaders = leadersOf(model, cloud);
  if (leaders === undefined) return "cells need one head of hardmax attention";
  return valuesAreTokens(model, cloud, leaders) ? undefined : "cells need V = I";
}

const samePlace = ({ points, d }: PointCloud, i: number, j: number): boolean => {
  for (let a = 0; a < d; a++) if (points[i * d + a] !== points[j * d + a]) return false;
  return true;
};

/** The token that i goes to, where all its leaders stand in one place. */
function aimOf(cloud: PointCloud, { starts, indices }: Leaders, i: number): number | undefined {
  const first = indices[starts[i]!]!;
  for (let k = starts[i]! + 1; k < starts[i + 1]!; k++) if (!samePlace(cloud, first, indices[k]!)) return undefined;
  return first;
}

/**
 * Cells of hardmax attention with V = I: the tokens that go straight to a leader that stays. A token v that leads itself
 * stays (in the frame e^{−t}x without a feed-forward), and a token whose leader is such a v keeps it for ever:
 * x(t) = e^{−t}x + (1 − e^{−t})v under W = −I, and x(t) = x + (e^t − 1)v without a feed-forward.
 *
 * All tokens stay in the hull of the start, so ⟨Qv, Ky⟩ ≤ ⟨Qv, Kv⟩ stays true for every token y, and
 * ⟨Qx(t), K(v − y)⟩ = e^{−t}⟨Qx, K(v − y)⟩ + (1 − e^{−t})⟨Qv, K(v − y)⟩ ≥ 0. A vertex of the hull need not lead itself; one
 * that does not moves, also for positive definite KᵀQ.
 *
 * @cost 2 m² scores
 * @accuracy the closed form against particles; analysis/cells/index.test.ts
 * @source theory.md §3; derived
 */
export const cells: AnalysisPlugin = {
  name: "cells",
  doc: "Cells of hardmax attention: which tokens go straight to which leader, and which follow one that moves.",
  source: "theory.md §3",
  tokens: true,
  obstacle: obstacleOf,
  analyze({ model, initial }) {
    const cloud = initial.cloud();
    const leaders = leadersOf(model, cloud)!;
    const aims = Array.from({ length: cloud.m }, (_, i) => aimOf(cloud, leaders, i));
    const stays = (i: number | undefined) => i !== undefined && aims[i] !== undefined && samePlace(cloud, aims[i]!, i);
    const sizes = new Map<number, number>();
    for (const aim of aims) {
      if (!stays(aim)) continue;
      const place = [...sizes.keys()].find((one) => samePlace(cloud, one, aim!)) ?? aim!;
      sizes.set(place, (sizes.get(place) ?? 0) + 1);
    }
    const settled = [...sizes.values()].reduce((a, b) => a + b, 0);
    return {
      verdict: settled === cloud.m ? "settled" : "chains",
      cells: [...sizes].map(([leader, count]) => ({ leader, tokens: count })),
      settled,
      chained: cloud.m - settled,
      tied: aims.filter((aim) => aim === undefined).length,
      certificate: {
        method: "leaders at the start",
        hypotheses: "one head of hardmax, V = I, no mask, no feed-forward or W = −I",
        formula: contracts(model) ? "x(t) = e^{−t}x + (1 − e^{−t})v" : "x(t) = x + (e^t − 1)v",
      },
    };
  },
};
