/** Documents by name; see metered-problems.mjs. */
export const problems: Readonly<Record<string, (size: number) => Readonly<Record<string, unknown>>>>;
