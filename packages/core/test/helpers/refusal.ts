import { expect } from "vitest";
import { experiment } from "../../src/experiment/index.js";
import { InputError, type InputErrorCode } from "../../src/foundation/errors/index.js";

export const points = [
  [1, 0],
  [0, 1],
  [0.6, 0.8],
];
export const sound = {
  model: { attention: { softmax: { beta: 2 } } },
  initial: { points },
  levels: { particles: {} },
};

export type Document = Record<string, unknown>;

export const withModel = (model: object): Document => ({ ...sound, model: { ...sound.model, ...model } });
export const withSoftmax = (softmax: object): Document => withModel({ attention: { softmax } });
export const withSolve = (solve: object): Document => ({ ...sound, solve });
export const withGaussian = (gaussian: object): Document => ({ ...sound, initial: { gaussian } });

export function refusal(document: unknown): InputError {
  try {
    experiment(document);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("the document was accepted");
}

export type Case = readonly [
  what: string,
  document: unknown,
  code: InputErrorCode,
  path: string,
  says: readonly string[],
];

export function check([, document, code, path, says]: Case): void {
  const error = refusal(document);
  expect([error.code, (error.path ?? []).join(".")]).toEqual([code, path]);
  for (const part of says) expect(error.message).toContain(part);
  // who: rule, got value. what to do.
  expect(error.message).toMatch(/^[^:]+: .+\.$/s);
}
