/**
 * Coefficients of RODAS in the form that needs no product with the Jacobian.
 *
 * @source Hairer, Wanner, Solving Ordinary Differential Equations II, section VI.4, and their code rodas.f; the order
 * conditions are checked by the measured order in methods/contract.test.ts
 */

export const gamma = 0.25;

/** Arguments of stages 1 to 5; stage 6 adds stage 5 to its argument. */
export const rows: readonly (readonly number[])[] = [
  [],
  [1.544],
  [0.9466785280815826, 0.2557011698983284],
  [3.314825187068521, 2.896124015972201, 0.9986419139977817],
  [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895],
  [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895, 1],
];

/** What earlier stages add to the right-hand side, times 1/h. */
export const couplings: readonly (readonly number[])[] = [
  [],
  [-5.6688],
  [-2.430093356833875, -0.2063599157091915],
  [-0.1073529058151375, -9.594562251023355, -20.47028614809616],
  [7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616],
  [8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054],
];

export const nodes: readonly number[] = [0, 0.386, 0.21, 0.63, 1, 1];

/** Factors of h·∂f/∂t. */
export const timeWeights: readonly number[] = [0.25, -0.1043, 0.1035, -0.0362, 0, 0];

/** Both correction terms of the dense output. */
export const denseRows: readonly (readonly number[])[] = [
  [10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662],
  [-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872],
];
