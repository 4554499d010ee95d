/** Bodies that cost as much as they can, each as long as it is asked to be, and the honest batch that they are compared with. */
export interface BodyShape {
  name: string;
  mediaType: 'application/json' | 'application/x-ndjson';
  /** At most this many bytes, and nearly as many. */
  make(bytes: number): Buffer;
}

/** Most records that one request may have. */
const MAX_RECORDS = 5000;

/** A short body has fewer. */
const recordsIn = (bytes: number): number => Math.max(2, Math.min(MAX_RECORDS, Math.floor(bytes / 2000)));

const HEAD = '"device_id":"dev-2","timestamp":"2025-09-09T17:00:00Z"';
const record = (payload: string, fields = HEAD): string => `{${fields},"data_payload":${payload}}`;
const ROOM = 200;

/** As many whole units as fit, between a beginning and an end. */
function filled(bytes: number, begin: string, unit: string, end: string, separator = ''): string {
  const room = bytes - begin.length - end.length;
  const count = Math.max(1, Math.floor(room / Buffer.byteLength(unit + separator)));
  return begin + new Array<string>(count).fill(unit).join(separator) + end;
}

/** The units that `unitAt` makes, until no more fit. */
function numbered(bytes: number, begin: string, unitAt: (index: number) => string, end: string): string {
  const parts: string[] = [];
  let room = bytes - begin.length - end.length;
  for (let index = 0; ; index++) {
    const unit = unitAt(index);
    room -= Buffer.byteLength(unit) + 1;
    if (room < 0) break;
    parts.push(unit);
  }
  return begin + parts.join(',') + end;
}

type Text = (bytes: number) => string;

const json = (name: string, text: Text): BodyShape => ({
  name,
  mediaType: 'application/json',
  make: (bytes) => Buffer.from(text(bytes)),
});
const lines = (name: string, text: Text): BodyShape => ({ ...json(name, text), mediaType: 'application/x-ndjson' });
/** One record whose payload fills the body. */
const one = (name: string, payload: Text): BodyShape => json(name, (bytes) => record(payload(bytes - ROOM)));
/** As many records as a request may have, whose payloads fill the body. */
const batch = (name: string, payload: (bytes: number, index: number) => string, fields?: string): BodyShape =>
  json(name, (bytes) => {
    const count = recordsIn(bytes);
    const each = Math.floor((bytes - 2) / count) - ROOM / 2;
    return `[${Array.from({ length: count }, (_, index) => record(payload(each, index), fields)).join(',')}]`;
  });

const readings = (index: number): string =>
  `{"sensor":"probe-${index % 40}","value":${(index * 7919) % 1000}.${index % 97},"unit":"mg/l","ok":true}`;

export const honestBatch: BodyShape = batch('honest batch', (bytes, index) =>
  numbered(bytes, '{"run":"17-b","readings":[', (at) => readings(index + at), ']}'),
);

const deep = (open: string, close: string) => (bytes: number) => {
  const levels = Math.floor(bytes / (open.length + close.length));
  return open.repeat(levels) + close.repeat(levels);
};

const SINGLE_RECORDS: readonly BodyShape[] = [
  one('lists in lists', (bytes) => `{"a":${deep('[', ']')(bytes)}}`),
  one('objects in objects', (bytes) => `${'{"a":'.repeat(Math.floor(bytes / 6))}1${'}'.repeat(Math.floor(bytes / 6))}`),
  json('lists in an unknown field', (bytes) => record('{}', `${HEAD},"x":${deep('[', ']')(bytes - ROOM)}`)),
  one('empty objects', (bytes) => filled(bytes, '{"a":[', '{}', ']}', ',')),
  one('an escaped key before empty objects', (bytes) => filled(bytes, '{"\\u0061":[', '{}', ']}', ',')),
  one('different keys', (bytes) => numbered(bytes, '{', (at) => `"k${at}":0`, '}')),
  one('one key again and again', (bytes) => filled(bytes, '{', '"k":0', '}', ',')),
  one('numbers that vanish', (bytes) => filled(bytes, '{"a":[', '1e-999', ']}', ',')),
  one('one number of many digits', (bytes) => filled(bytes, '{"a":', '7', '}')),
  one('one key of many characters', (bytes) => filled(bytes, '{"', 'k', '":1}')),
  one('one text', (bytes) => filled(bytes, '{"a":"', 'x', '"}')),
  one('one text of escapes', (bytes) => filled(bytes, '{"a":"', '\\u0041', '"}')),
  one('one text of halves of pairs', (bytes) => filled(bytes, '{"a":"', '\\ud800', '"}')),
  one('white space', (bytes) => filled(bytes, '{', ' ', '"a":1}')),
  one('commas', (bytes) => filled(bytes, '{"a":[', ',', ']}')),
  json('a text alone', (bytes) => filled(bytes, '"', 'x', '"')),
  json('a number alone', (bytes) => filled(bytes, '', '7', '')),
  json('a record and garbage', (bytes) => filled(bytes, record('{}'), '[', '')),
];

const BATCHES: readonly BodyShape[] = [
  json('millions of empty records', (bytes) => filled(bytes, '[', '{}', ']', ',')),
  json('lists of lists', (bytes) => filled(bytes, '[[', '[]', ']]', ',')),
  json('the honest batch without its end', (bytes) => honestBatch.make(bytes).toString().slice(0, -1)),
  json('5,000 empty records in white space', (bytes) => {
    const count = recordsIn(bytes);
    const each = `{${' '.repeat(Math.floor(bytes / count) - 4)}}`;
    return `[${new Array<string>(count).fill(each).join(',')}]`;
  }),
  batch('records of numbers', (bytes) => filled(bytes, '{"a":[', '0', ']}', ',')),
  batch('records of -0', (bytes) => filled(bytes, '{"a":[', '-0', ']}', ',')),
  batch('records of short texts', (bytes) => filled(bytes, '{"a":[', '""', ']}', ',')),
  batch('records of empty lists', (bytes) => filled(bytes, '{"a":[', '[]', ']}', ',')),
  batch('records of different keys', (bytes, index) => numbered(bytes, '{', (at) => `"${index}k${at}":0`, '}')),
  batch('records of small objects of different keys', (bytes, index) =>
    numbered(bytes, '{"a":[', (at) => `{"${index}k${at}":0}`, ']}'),
  ),
  batch('records of numbered keys', (bytes, index) => numbered(bytes, '{', (at) => `"${index * 977 + at}":0`, '}')),
  batch('records of escaped keys', (bytes) => numbered(bytes, '{', (at) => `"\\u0061${at}":0`, '}')),
  batch('records of keys that stay escaped', (bytes) => numbered(bytes, '{', (at) => `"\\n${at}":0`, '}')),
  batch('records of one key again and again', (bytes) => filled(bytes, '{', '"k":0', '}', ',')),
  batch('records of numbers that vanish', (bytes) => filled(bytes, '{"a":[', '1e-999', ']}', ',')),
  batch('records of whole numbers of 64 bits', (bytes) => filled(bytes, '{"a":[', '9007199254740993', ']}', ',')),
  batch('records of large doubles', (bytes) => filled(bytes, '{"a":[', '1e22', ']}', ',')),
  batch('records of large doubles in eight bytes', (bytes) => filled(bytes, '{"a":[', '1.5e+22', ']}', ',')),
  batch('records of long numbers', (bytes) => filled(bytes, '{"a":[', `0.${'1234567890'.repeat(20)}`, ']}', ',')),
  batch('records of long keys', (bytes) => numbered(bytes, '{', (at) => `"${at}${'\u{1f600}'.repeat(100)}":0`, '}')),
  batch('records of escapes', (bytes) => filled(bytes, '{"a":"', '\\u0041', '"}')),
  batch(
    'records with unknown fields',
    () => '{}',
    numbered(2600, `${HEAD},`, (at) => `"f${at}":0`, ''),
  ),
  batch('records of wrong devices', (bytes) => filled(bytes, '{"a":"', 'x', '"}'), HEAD.replace('dev-2', 'dev*2')),
  batch('one record_id in all', (bytes, index) => filled(bytes, `{"${index}":"`, 'x', '"}'), `${HEAD},"record_id":"r"`),
  json('records larger than a payload', (bytes) => {
    const large = record(filled(300 * 1024, '{"a":"', 'x', '"}'));
    return filled(bytes, '[', large, ']', ',');
  }),
];

const LINES: readonly BodyShape[] = [
  lines('line feeds', (bytes) => '\n'.repeat(bytes)),
  lines('byte order marks', (bytes) => filled(bytes, '', '\ufeff\n', '')),
  lines('lines of one byte', (bytes) => filled(bytes, '', '1', '', '\n')),
  lines('5,000 lines that are not JSON', (bytes) =>
    filled(bytes, '', 'x'.repeat(Math.floor(bytes / recordsIn(bytes)) - 1), '', '\n'),
  ),
];

export const bodyShapes: readonly BodyShape[] = [...SINGLE_RECORDS, ...BATCHES, ...LINES];
