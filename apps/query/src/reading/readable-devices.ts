import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DEVICES_HEADER } from '@sluice/contracts';
import { ProblemError } from '@sluice/http';
import { FORWARDED_CLIENTS } from '../dead-letters/operators.js';

/** Which devices the sender of a request may read. */
export class ReadableDevices {
  /** @param patterns ids, and prefixes of ids followed by `*`; `undefined`: all */
  constructor(private readonly patterns: readonly string[] | undefined) {}

  has(deviceId: string): boolean {
    return this.patterns?.some((pattern) => isOf(pattern, deviceId)) ?? true;
  }

  /**
   * The readable ids with a prefix, as ranges that do not overlap, by ascending ids.
   *
   * @returns the prefix of each range, and whether it is that single id
   */
  within(prefix: string): { prefix: string; isOne: boolean }[] {
    if (this.patterns === undefined) return [{ prefix, isOne: false }];
    const ranges = this.patterns.flatMap((pattern) => {
      const isOne = !pattern.endsWith('*');
      const own = isOne ? pattern : pattern.slice(0, -1);
      if (own.startsWith(prefix)) return [{ prefix: own, isOne }];
      return !isOne && prefix.startsWith(own) ? [{ prefix, isOne }] : [];
    });
    const wide = ranges.filter(({ isOne }) => !isOne).map((range) => range.prefix);
    const covered = (range: { prefix: string; isOne: boolean }, at: number) =>
      wide.some((other) => range.prefix.startsWith(other) && (range.isOne || range.prefix !== other)) ||
      ranges.findIndex((other) => other.prefix === range.prefix && other.isOne === range.isOne) !== at;
    return ranges.filter((range, at) => !covered(range, at)).sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
  }
}

function isOf(pattern: string, deviceId: string): boolean {
  return pattern.endsWith('*') ? deviceId.startsWith(pattern.slice(0, -1)) : deviceId === pattern;
}

/** Determines which devices the sender of a request may read: from the gateway in this process, or from the one that forwards. */
@Injectable()
export class DeviceAccess {
  constructor(@Inject(FORWARDED_CLIENTS) private readonly areForwarded: boolean) {}

  /** @throws ProblemError `bad-request` for a header that no gateway has written */
  of({ readable, headers }: FastifyRequest): ReadableDevices {
    const header = this.areForwarded ? headers[DEVICES_HEADER] : undefined;
    return new ReadableDevices(header === undefined ? readable : patternsIn(header));
  }
}

function patternsIn(header: string | string[]): readonly string[] {
  try {
    const patterns: unknown = JSON.parse(decodeURIComponent(String(header)));
    if (Array.isArray(patterns) && patterns.every((pattern) => typeof pattern === 'string')) return patterns;
  } catch {
    // Refused below.
  }
  throw new ProblemError('bad-request', `The header ${DEVICES_HEADER} is for gateways only; leave it out.`);
}
