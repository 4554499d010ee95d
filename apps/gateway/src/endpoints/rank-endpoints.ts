import { hash } from 'node:crypto';

export interface Weighted {
  url: string;
  /** A whole number from 1. */
  weight: number;
}

/**
 * The endpoints in the order of a device: weighted rendezvous hashing, as docs/guides/devices.md specifies it for every language.
 *
 * Each endpoint draws as many SHA-256 digests as its weight says, and its score is the greatest of them. The greatest of `w` even
 * draws wins with a chance in proportion to `w`, so weights need no logarithm, and no two languages can differ in its last digit.
 * The draws of an endpoint depend on nothing but itself and the device: when another one leaves, only that one's devices move.
 */
export function rankEndpoints<E extends Weighted>(deviceId: string, endpoints: readonly E[]): readonly E[] {
  return endpoints
    .map((endpoint) => ({ endpoint, score: scoreOf(deviceId, endpoint) }))
    .sort((a, b) => (a.score > b.score ? -1 : 1))
    .map(({ endpoint }) => endpoint);
}

/** Hexadecimal texts of one length are in order as their bytes are. */
function scoreOf(deviceId: string, { url, weight }: Weighted): string {
  let greatest = '';
  for (let draw = 1; draw <= weight; draw++) {
    const digest = hash('sha256', `${deviceId} ${url} ${draw}`);
    if (digest > greatest) greatest = digest;
  }
  return greatest;
}
