import { systemClock, systemRandom, type Clock, type Random } from './clock.js';
import type { DeliveryLimits } from './delivery/delivery.js';
import type { PacingLimits } from './delivery/pacing.js';
import type { Fetch, Token } from './delivery/wire.js';
import { DeviceError } from './device-error.js';
import { baseUrl } from './endpoints/base-url.js';
import type { CircuitLimits } from './endpoints/circuit.js';
import type { QueueLimits, WhenFull } from './queue/queue.js';
import { memoryStorage, type Storage } from './queue/storage.js';
import type { Handlers } from './signals.js';

/** A batch is sent when it has this many records or bytes, or when its oldest record has waited this long. */
export interface BatchOptions {
  /** Records in a request: 1 to 10,000. Default 100. */
  maxRecords?: number;
  /** Bytes of JSON in a request, before gzip: 1024 to 64 MiB. Default 256 KiB. One larger record is sent alone. */
  maxBytes?: number;
  /** Milliseconds: 0 to an hour. Default 1000. */
  maxAgeMs?: number;
}

export interface QueueOptions {
  /** Records that may wait: 1 to 10 million. Default 10,000. */
  maxRecords?: number;
  /** Bytes of JSON that may wait: 1024 to 4 GiB. Default 16 MiB. */
  maxBytes?: number;
  /** Default `drop-oldest`. */
  whenFull?: WhenFull;
  /** What keeps waiting records beyond the process: `await openQueueFile(path)` from `@sluice/device/node`. Default: nothing. */
  storage?: Storage;
}

export interface RetryOptions {
  /** The first delay is a random part of this. Milliseconds: 1 to a minute. Default 500. */
  baseDelayMs?: number;
  /** No delay of the backoff is longer. Milliseconds: 1 to a day. Default 60,000. */
  maxDelayMs?: number;
  /** Retries that may follow each other: 1 to 1000. Default 10. After that, one every `maxDelayMs`. */
  burst?: number;
  /** Retries that a successful request earns: 0 to 1. Default 0.1. */
  perSuccess?: number;
}

export interface CircuitOptions {
  /** Failures in a row after which the last endpoint left is let alone: 1 to 1000. Default 3. With others left, one is enough. */
  failures?: number;
  /** How long an endpoint is let alone at first. Milliseconds: 1 to an hour. Default 5000. */
  openMs?: number;
  /** The longest that it is let alone. Milliseconds: 1 to a day. Default 60,000. */
  maxOpenMs?: number;
}

export interface DeviceOptions extends Handlers {
  /** 1 to 128 characters of letters, digits and `. _ : -` */
  deviceId: string;
  /** Base URLs of gateways, the device's own first. */
  endpoints: string | readonly string[];
  /** Ask these endpoints for the list that this device should use, and keep it fresh. Default false: use them as they stand. */
  directory?: boolean;
  /** Sent as `Authorization: Bearer ...`, to the directory too. */
  token?: Token;
  /** Default: the platform's. For client certificates: `mtlsFetch` from `@sluice/device/node`. */
  fetch?: Fetch;
  /** A request and its answer must be over within it. Milliseconds: 1 to 10 minutes. Default 10,000. */
  requestTimeoutMs?: number;
  /** Compress requests where the platform can. Default true. */
  gzip?: boolean;
  batch?: BatchOptions;
  queue?: QueueOptions;
  retry?: RetryOptions;
  circuit?: CircuitOptions;
  clock?: Clock;
  /** The chance in every delay. Ids never come from it: with a poor one, two records would be taken for one. */
  random?: Random;
}

export interface Settings extends DeliveryLimits {
  deviceId: string;
  urls: readonly string[];
  directory: boolean;
  token: Token | undefined;
  fetch: Fetch;
  requestTimeoutMs: number;
  queue: QueueLimits;
  storage: Storage;
  retry: PacingLimits;
  circuit: CircuitLimits;
  clock: Clock;
  random: Random;
}

const DEVICE_ID = /^(?!\.{1,2}$)(?! )[ !#-)+\-./0-;=?-[\]-~]{0,127}[!#-)+\-./0-;=?-[\]-~]$/;
const WHEN_FULL: readonly unknown[] = ['drop-oldest', 'drop-newest', 'block'] satisfies WhenFull[];
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Default, least and greatest value. */
type Range = readonly [byDefault: number, least: number, greatest: number];

const TOP = { requestTimeoutMs: [10_000, 1, 10 * MINUTE_MS] } satisfies Record<string, Range>;
const BATCH = {
  maxRecords: [100, 1, 10_000],
  maxBytes: [256 * 1024, 1024, 64 * 1024 ** 2],
  maxAgeMs: [1000, 0, HOUR_MS],
} satisfies Record<keyof BatchOptions, Range>;
const QUEUE = { maxRecords: [10_000, 1, 10_000_000], maxBytes: [16 * 1024 ** 2, 1024, 4 * 1024 ** 3] } satisfies Record<
  string,
  Range
>;
const RETRY = {
  baseDelayMs: [500, 1, MINUTE_MS],
  maxDelayMs: [60_000, 1, DAY_MS],
  burst: [10, 1, 1000],
  perSuccess: [0.1, 0, 1],
} satisfies Record<keyof RetryOptions, Range>;
const CIRCUIT = {
  failures: [3, 1, 1000],
  openMs: [5000, 1, HOUR_MS],
  maxOpenMs: [60_000, 1, DAY_MS],
} satisfies Record<keyof CircuitOptions, Range>;

const FUNCTIONS = ['fetch', 'random', 'onAccepted', 'onRejected', 'onDropped', 'log', 'metrics'] as const;
const FLAGS = ['directory', 'gzip'] as const;
const OTHERS = ['deviceId', 'endpoints', 'token', 'batch', 'queue', 'retry', 'circuit', 'clock'];

/** Checks everything before anything starts. @throws DeviceError `invalid-option`, naming the option and what is allowed */
export function settingsOf(options: DeviceOptions): Settings {
  const top = numbers('', options, TOP, [...FUNCTIONS, ...FLAGS, ...OTHERS]);
  checkKinds(options);
  const retry = numbers('retry.', options.retry, RETRY);
  return {
    ...top,
    deviceId: options.deviceId,
    urls: urlsOf(options.endpoints),
    directory: options.directory ?? false,
    token: options.token,
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    gzip: options.gzip ?? true,
    batch: numbers('batch.', options.batch, BATCH),
    queue: {
      ...numbers('queue.', options.queue, QUEUE, ['whenFull', 'storage']),
      whenFull: options.queue?.whenFull ?? 'drop-oldest',
    },
    storage: options.queue?.storage ?? memoryStorage,
    retry: { ...retry, refillMs: retry.maxDelayMs },
    circuit: numbers('circuit.', options.circuit, CIRCUIT),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}

function checkKinds(options: DeviceOptions): void {
  const { deviceId, token, queue } = options;
  if (typeof deviceId !== 'string' || !DEVICE_ID.test(deviceId)) {
    throw invalid(
      'deviceId',
      'must be 1 to 128 printable ASCII characters without " * , < > \\, without a space at an end, and not . or ..',
    );
  }
  if (token !== undefined && typeof token !== 'function' && !(typeof token === 'string' && /^[!-~]+$/.test(token))) {
    throw invalid('token', 'must be printable ASCII without spaces, or a function that returns it');
  }
  if (queue?.whenFull !== undefined && !WHEN_FULL.includes(queue.whenFull)) {
    throw invalid('queue.whenFull', `must be one of ${WHEN_FULL.join(', ')}`);
  }
  if (queue?.storage !== undefined && typeof queue.storage.append !== 'function') {
    throw invalid('queue.storage', 'must be what `await openQueueFile(path)` returns');
  }
  checkTypes(options, FUNCTIONS, 'function');
  checkTypes(options, FLAGS, 'boolean');
}

function checkTypes(options: DeviceOptions, names: readonly (keyof DeviceOptions)[], type: string): void {
  const wrong = names.find((name) => options[name] !== undefined && typeof options[name] !== type);
  if (wrong !== undefined) throw invalid(wrong, `must be a ${type}`);
}

/** The numbers of one group of options, each checked, the missing ones filled in; any other name is refused. */
function numbers<K extends string>(
  group: string,
  given: object | undefined,
  ranges: Record<K, Range>,
  otherNames: readonly string[] = [],
): Record<K, number> {
  const options: Record<string, unknown> = { ...given };
  const names = [...Object.keys(ranges), ...otherNames];
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw invalid(group + name, `is not known; there are ${names.join(', ')}`);
  }
  const entries = Object.entries<Range>(ranges).map(([name, [byDefault, least, greatest]]) => {
    const value = options[name] ?? byDefault;
    if (typeof value === 'number' && value >= least && value <= greatest) return [name, value];
    throw invalid(group + name, `must be a number from ${least} to ${greatest}`);
  });
  return Object.fromEntries(entries) as Record<K, number>;
}

function urlsOf(endpoints: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(endpoints) ? endpoints : [endpoints];
  if (list.length === 0) throw invalid('endpoints', 'needs at least one URL');
  const urls = list.map((entry, index) => {
    const url = baseUrl(entry);
    if (url === undefined)
      throw invalid(`endpoints[${index}]`, 'must be an http or https URL without user, query and fragment');
    return url;
  });
  if (new Set(urls).size < urls.length) throw invalid('endpoints', 'must not name an endpoint twice');
  return urls;
}

function invalid(option: string, rule: string): DeviceError {
  return new DeviceError('invalid-option', `The option ${option} ${rule}.`);
}
