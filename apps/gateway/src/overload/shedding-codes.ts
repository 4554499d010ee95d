import type { ProblemCode } from '@sluice/contracts';

/** The causes for which load is shed, each the code of its problem. In the order in which a request meets them. */
export const SHEDDING_CODES = [
  'buffer-full',
  'buffer-behind',
  'overloaded',
  'gateway-busy',
  'publish-queue-full',
] as const satisfies readonly ProblemCode[];

export type SheddingCode = (typeof SHEDDING_CODES)[number];
