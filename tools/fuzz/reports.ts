import type { Random } from '../load/ledger/random.js';

/** Texts near the limits of the rules: most are good, some are not. */
const NUMBERS = [
  ...'0 -0 1 12 0.98 -1.5e-7 5e-324 1e400 1e-400 9007199254740991 9007199254740993'.split(' '),
  ...'1.0 1E5 01 +1 0.1000000000000000055'.split(' '),
];
const TEXTS = [
  ...['""', '"a"', '"\\u0041"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\u0000"', '"é\u2028"', '"<script>"'],
  ...['"\\"\\\\"', '"$ne"', '"\u{1f600}"'],
];
const KEYS = [
  ...['"a"', '"b"', '"\\u0061"', '"__proto__"', '"constructor"', '"$set"', '"a.b"', '"1"', '""', '"é"', '"toString"'],
  `"${'k'.repeat(257)}"`,
];
const TIMESTAMPS = [
  '2025-09-09T17:00:00Z',
  '2016-12-31t23:59:60.5z',
  '2024-02-29T00:00:00+23:59',
  '2025-09-09T17:00:00.000000000Z',
  '0000-01-01T00:00:00Z',
  '2025-13-01T00:00:00Z',
  '2025-09-09 17:00:00Z',
];
const RECORD_IDS = ['"r 0"', '"r/1?#%"', '"\\u0072-2"', '"r-2"', '"é"', '""'];
const SPACE = ['', '', '', ' ', '\n', '\t', '\r\n'];
const DEEP = 34;

/** The text of one record of this device, as a device with faults writes it. No line ends in it where it is to be a line. */
export function reportText(random: Random, deviceId: string, isLine = false): string {
  const members = [
    `"device_id":${JSON.stringify(deviceId)}`,
    `"timestamp":${JSON.stringify(random.between(0, 9) === 0 ? random.oneOf(TIMESTAMPS) : TIMESTAMPS[0])}`,
    `"data_payload":${payloadText(random)}`,
  ];
  if (random.between(0, 3) === 0) members.push(`"record_id":${random.oneOf(RECORD_IDS)}`);
  if (random.between(0, 19) === 0) members.push(`${random.oneOf(KEYS)}:${random.oneOf(NUMBERS)}`);
  const space = random.oneOf(isLine ? SPACE.slice(0, 4) : SPACE);
  return `{${space}${members.join(`,${space}`)}${space}}`;
}

function payloadText(random: Random): string {
  if (random.between(0, 19) === 0) return nested(random.between(DEEP - 3, DEEP));
  if (random.between(0, 29) === 0) return valueText(random, 0);
  const members = Array.from({ length: random.between(0, 4) }, () => `${random.oneOf(KEYS)}:${valueText(random, 3)}`);
  return `{${members.join(',')}}`;
}

function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}

function valueText(random: Random, levels: number): string {
  const items = (): string[] => Array.from({ length: random.between(0, 3) }, () => valueText(random, levels - 1));
  switch (random.between(0, levels > 0 ? 5 : 3)) {
    case 0:
      return random.oneOf(NUMBERS);
    case 1:
      return random.oneOf(TEXTS);
    case 2:
      return `${random.between(-1000, 1000) / 8}`;
    case 3:
      return random.oneOf(['true', 'false', 'null']);
    case 4:
      return `[${items().join(',')}]`;
    default:
      return `{${items()
        .map((item) => `${random.oneOf(KEYS)}:${item}`)
        .join(',')}}`;
  }
}
