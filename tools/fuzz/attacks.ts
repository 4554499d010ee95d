import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { encodeCursor } from '@sluice/contracts';
import { bodyShapes } from '../edge-load/body-shapes.js';
import { Random } from '../load/ledger/random.js';
import { mutated } from './mutations.js';
import { reportText } from './reports.js';

/** One connection and what is written on it. */
export interface Attack {
  kind: string;
  bytes: Buffer;
  /** Whether the bytes are one whole request, after which the server is to end the connection. */
  isComplete: boolean;
  /** What the body says, once inflated; left out where no record can come of it. */
  body?: Buffer;
  /** A HEAD is answered without a body. */
  isHead?: boolean;
}

/** The same seed and number make the same attack, whatever was before it. */
export function attackOf(seed: number, number: number): Attack {
  const random = new Random((seed + Math.imul(number, 0x9e3779b1)) >>> 0);
  const make = random.oneOf([submission, submission, submission, shaped, brokenHead, read, read, otherMethod, garbage]);
  return make(random, `fuzz-${number}`);
}

const MAX_SHAPE_BYTES = 8000;

/** A body that costs as much as its length allows, in the form that a proof sends by megabytes. */
function shaped(random: Random): Attack {
  const { mediaType, make } = random.oneOf(bodyShapes);
  const { fields, body, plain } = coded(random, make(random.between(MAX_SHAPE_BYTES / 8, MAX_SHAPE_BYTES)));
  const head = headOf('POST /ingest', [
    `Content-Type: ${mediaType}`,
    ...fields,
    `Content-Length: ${body.length}`,
    'Connection: close',
  ]);
  const bytes = Buffer.concat([Buffer.from(head, 'latin1'), body]);
  return { kind: 'shaped', bytes, isComplete: true, ...(plain && { body: plain }) };
}

interface Posted {
  fields: string[];
  body: Buffer;
  /** What the server sees when all goes well. */
  plain: Buffer | undefined;
}

/** A request that is one, whatever its body holds. */
function submission(random: Random, deviceId: string): Attack {
  const { fields, body, plain } = posted(random, deviceId);
  const isChunked = random.between(0, 3) === 0;
  const framing = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`;
  const head = headOf('POST /ingest', [...fields, framing, 'Connection: close']);
  const bytes = Buffer.concat([Buffer.from(head, 'latin1'), isChunked ? chunksOf(random, body) : body]);
  return { kind: 'submission', bytes, isComplete: true, ...(plain && { body: plain }) };
}

/** A good body behind a head with something wrong. */
function brokenHead(random: Random, deviceId: string): Attack {
  const body = Buffer.from(reportText(random, deviceId));
  const fields = [typeField(random, 'application/json'), `Content-Length: ${body.length}`, ...extraFields(random)];
  const head = mutated(random, Buffer.from(headOf('POST /ingest', fields), 'latin1'), random.between(1, 4));
  const tail = random.between(0, 3) === 0 ? mutated(random, head, 1) : Buffer.alloc(0);
  return { kind: 'broken head', bytes: Buffer.concat([head, body, tail]), isComplete: false, body };
}

function garbage(random: Random): Attack {
  const start = random.oneOf([
    '',
    'GET ',
    'POST /ingest HTTP/1.1\r\n',
    '\x16\x03\x01\x02\x00',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ]);
  const noise = Buffer.from(Array.from({ length: random.between(0, 300) }, () => random.between(0, 255)));
  return { kind: 'garbage', bytes: Buffer.concat([Buffer.from(start, 'latin1'), noise]), isComplete: false };
}

const PATHS = '/records /check-buffer /records/dev-2/r-1 /endpoints /metrics /health/ready /health/live'.split(' ');
const ODD_PATHS = [
  ...'/ // /records/ /records/a /records/%/a /records/%00/%ff /records/a%2fb/c%2Fd /../etc/passwd'.split(' '),
  ...'/%2e%2e/%2e%2e/x /docs/../metrics /docs/%2e%2e%2fpackage.json /docs/..%5c..%5cx /openapi.json /docs'.split(' '),
  ...[
    '*',
    'http://elsewhere/records',
    `/records/${'a'.repeat(400)}/b`,
    `/${'x'.repeat(5000)}`,
    '/ingest',
    '/favicon.ico',
  ],
];
const NAMES = 'device_id limit cursor from to device_id[$ne] __proto__ constructor  limit[] %24where'.split(' ');

function read(random: Random, deviceId: string): Attack {
  const path = random.oneOf(random.between(0, 2) > 0 ? PATHS : ODD_PATHS);
  const pairs = Array.from(
    { length: random.between(0, 3) },
    () => `${random.oneOf(NAMES)}=${parameter(random, deviceId)}`,
  );
  const target = pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
  const method = random.oneOf(['GET', 'GET', 'GET', 'HEAD']);
  const line = `${method} ${random.between(0, 3) === 0 ? spoiled(random, target) : target}`;
  const bytes = Buffer.from(headOf(line, [...extraFields(random), 'Connection: close']), 'latin1');
  return { kind: 'read', bytes, isComplete: true, isHead: method === 'HEAD' };
}

function parameter(random: Random, deviceId: string): string {
  const cursor = random.oneOf([
    encodeCursor({ partition: random.between(-1, 12), offset: random.oneOf([-1, 0, 5, 2 ** 53]) }),
    encodeCursor({ timestampMs: random.oneOf([0, -1, 1e300, Date.UTC(2025, 8, 9)]), deviceId, recordId: 'r' }),
  ]);
  return random.oneOf([
    ...['1', '0', '1000', '1e3', '-1', '', 'dev-2', deviceId, '2025-09-09T17:00:00Z', '%7B%22%24gt%22%3A0%7D'],
    ...['%', '%zz', '%00'],
    ...[cursor, cursor, spoiled(random, cursor), 'x'.repeat(2000), '2025-09-09T17:00:00%2B25:00', '%ff%fe'],
  ]);
}

/** Something wrong with a part of the first line, which stays one line. */
function spoiled(random: Random, text: string): string {
  return mutated(random, Buffer.from(text), random.between(1, 3))
    .toString('latin1')
    .replace(/[\r\n ]/g, '');
}

const METHODS = ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND', 'GET', 'POST'];

function otherMethod(random: Random): Attack {
  const body = random.oneOf(['', '{}', '[]', 'x']);
  const fields = [...extraFields(random), `Content-Length: ${body.length}`, 'Connection: close'];
  const head = headOf(
    `${random.oneOf(METHODS)} ${random.oneOf([...PATHS, '/ingest', '/openapi.json', '/docs'])}`,
    fields,
  );
  return { kind: 'method', bytes: Buffer.from(head + body, 'latin1'), isComplete: true };
}

const headOf = (line: string, fields: readonly string[]): string =>
  [`${line} HTTP/1.1`, 'Host: localhost', ...fields, '', ''].join('\r\n');

function posted(random: Random, deviceId: string): Posted {
  const [type, text] = bodyOf(random, deviceId);
  const whole = Buffer.from(text);
  const sent = random.between(0, 1) === 0 ? whole : mutated(random, whole, random.between(1, 3));
  const { fields, body, plain } = coded(random, sent);
  return { fields: [typeField(random, type), ...fields, ...extraFields(random)], body, plain };
}

function bodyOf(random: Random, deviceId: string): [type: string, text: string] {
  const many = (isLine: boolean): string[] =>
    Array.from({ length: random.between(1, 4) }, () => reportText(random, deviceId, isLine));
  switch (random.between(0, 2)) {
    case 0:
      return ['application/json', reportText(random, deviceId)];
    case 1:
      return ['application/json', `[${many(false).join(random.oneOf([',', ' , ', ',\n']))}]`];
    default:
      return [
        'application/x-ndjson',
        many(true).join(random.oneOf(['\n', '\r\n', '\n\n'])) + random.oneOf(['', '\n', '\r\n']),
      ];
  }
}

const CODINGS = {
  gzip: { pack: gzipSync, unpack: gunzipSync },
  zstd: { pack: zstdCompressSync, unpack: zstdDecompressSync },
};

function coded(random: Random, sent: Buffer): Posted {
  if (random.between(0, 2) > 0) return { fields: [], body: sent, plain: sent };
  const name = random.oneOf(['gzip', 'zstd'] as const);
  const { pack, unpack } = CODINGS[name];
  const packed = pack(sent);
  const body = random.between(0, 1) === 0 ? packed : mutated(random, packed, 1);
  return { fields: [`Content-Encoding: ${name}`], body, plain: inflated(unpack, body) };
}

function inflated(unpack: (bytes: Buffer) => Buffer, body: Buffer): Buffer | undefined {
  try {
    return unpack(body);
  } catch {
    return undefined;
  }
}

function typeField(random: Random, type: string): string {
  const odd = random.oneOf(['application/xml', `${type};charset=latin1`, `${type}, ${type}`, '', type.toUpperCase()]);
  const value = random.between(0, 9) > 0 ? random.oneOf([type, `${type}; charset=utf-8`]) : odd;
  return `Content-Type: ${value}`;
}

const EXTRA_FIELDS = [
  ...['Idempotency-Key: k', 'Idempotency-Key: a b', 'Idempotency-Key:', 'Idempotency-Key: \xe9'],
  `Idempotency-Key: ${'k'.repeat(200)}`,
  'Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ...['Traceparent: x', 'Expect: 100-continue', 'Expect: x', 'Accept: */*', 'Accept: text/html'],
  ...['X-Forwarded-For: 1.2.3.4, x', 'Authorization: Bearer x', 'X-Request-Id: {"a":1}', 'Cookie: a=b'],
  ...['Priority: u=7', 'Priority: \xff', 'If-None-Match: *', 'Origin: null', 'Range: bytes=0-1'],
  ...['Content-Encoding: identity', `X-A: ${'x'.repeat(9000)}`],
];

function extraFields(random: Random): string[] {
  return Array.from({ length: random.between(0, 5) - 3 }, () => random.oneOf(EXTRA_FIELDS));
}

function chunksOf(random: Random, body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const part = body.subarray(at, at + random.between(1, 200));
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
    at += part.length;
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}
