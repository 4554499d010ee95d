import type { Fleet } from '../fleet.js';

/**
 * How far counts are from even.
 *
 * @returns the greatest difference of one of them from their mean, as a share of the mean: 0 is even; infinite if all are 0
 */
export function imbalance(counts: readonly number[]): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return mean === 0 ? Infinity : Math.max(...counts.map((count) => Math.abs(count - mean))) / mean;
}

/** Devices whose last request was taken there, for each endpoint. */
export function devicesAt({ devices }: Fleet, origins: readonly string[]): number[] {
  return origins.map((origin) => devices.filter(({ takenAt }) => takenAt === origin).length);
}

/** Requests that were accepted in a span of time, for each endpoint. */
export function requestsAt({ traffic }: Fleet, origins: readonly string[], fromMs: number, toMs: number): number[] {
  return origins.map((origin) => traffic.share(origin, fromMs, toMs).taken);
}
