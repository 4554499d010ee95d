import { accepted, recordText, refused, type ReportCase } from './case.js';

const device = (text: string | undefined) => recordText({ device_id: text });
const record = (text: string) => recordText({ record_id: text });

const deviceIdCases: ReportCase[] = [
  refused('no device_id', device(undefined), '/device_id', 'required'),
  refused('device_id null', device('null'), '/device_id', 'type'),
  refused('device_id a number', device('7'), '/device_id', 'type'),
  refused('device_id a boolean', device('true'), '/device_id', 'type'),
  refused('device_id a list', device('["dev-2"]'), '/device_id', 'type'),
  refused('device_id an object with an operator', device('{"$ne":"x"}'), '/device_id', 'type'),
  refused('device_id empty', device('""'), '/device_id', 'length'),
  accepted('device_id of one character', device('"a"')),
  accepted('device_id at the limit', device(`"${'d'.repeat(128)}"`)),
  refused('device_id one over the limit', device(`"${'d'.repeat(129)}"`), '/device_id', 'length'),
  accepted('device_id of every kind of character', device('"Az09._:-"')),
  accepted('device_id of all other characters', device(`"!#$%&'()+/;=?@[]^\`{|}~ ~"`)),
  accepted('device_id with a space and a slash', device('"Factory Floor/Line 1"')),
  accepted('device_id that is an address', device('"a@b.example"')),
  accepted('device_id of three points', device('"..."')),
  refused('device_id of one point', device('"."'), '/device_id', 'pattern'),
  refused('device_id of two points', device('".."'), '/device_id', 'pattern'),
  refused('device_id with a space before', device('" dev"'), '/device_id', 'pattern'),
  refused('device_id with a space after', device('"dev "'), '/device_id', 'pattern'),
  refused('device_id that is a space', device('" "'), '/device_id', 'pattern'),
  ...['*', ',', '\\"', '\\\\', '<', '>'].map((character) =>
    refused(`device_id with ${character}`, device(`"a${character}b"`), '/device_id', 'pattern'),
  ),
  accepted('device_id escaped in the text', device('"dev\\u002d2"')),
  accepted('device_id named __proto__', device('"__proto__"')),
  refused('device_id with a line feed at its end', device('"dev-2\\n"'), '/device_id', 'pattern'),
  refused('device_id with NUL', device('"dev\\u0000"'), '/device_id', 'pattern'),
  refused('device_id with DEL', device('"dev\\u007f"'), '/device_id', 'pattern'),
  refused('device_id with an accent', device('"caf\u00e9"'), '/device_id', 'pattern'),
  refused('device_id with a Cyrillic look-alike', device('"d\u0435v-2"'), '/device_id', 'pattern'),
  refused('device_id with a full-width digit', device('"dev-\uff12"'), '/device_id', 'pattern'),
  refused('device_id with an astral character', device('"dev-\u{1f600}"'), '/device_id', 'pattern'),
  refused('device_id with a lone surrogate', device('"dev-\\ud83d"'), '/device_id', 'pattern'),
];

const recordIdCases: ReportCase[] = [
  accepted('no record_id', recordText()),
  refused('record_id null', record('null'), '/record_id', 'type'),
  refused('record_id a number', record('7'), '/record_id', 'type'),
  refused('record_id a list', record('[]'), '/record_id', 'type'),
  refused('record_id an object', record('{}'), '/record_id', 'type'),
  refused('record_id empty', record('""'), '/record_id', 'length'),
  accepted('record_id of one character', record('"1"')),
  accepted('record_id at the limit', record(`"${'r'.repeat(128)}"`)),
  refused('record_id one over the limit', record(`"${'r'.repeat(129)}"`), '/record_id', 'length'),
  accepted('record_id from the first printable character to the last', record('"! ~"')),
  refused('record_id with a space before', record('" a"'), '/record_id', 'pattern'),
  refused('record_id with a space after', record('"a "'), '/record_id', 'pattern'),
  refused('record_id of one point', record('"."'), '/record_id', 'pattern'),
  refused('record_id of two points', record('".."'), '/record_id', 'pattern'),
  accepted('record_id with slash, percent, quote and backslash', record('"a/b%2F\\"\\\\"')),
  accepted('record_id a UUID', record('"01992f6b-5f00-7c3a-9d4e-0b1f7c2a9e11"')),
  refused('record_id with a tab', record('"a\\tb"'), '/record_id', 'pattern'),
  refused('record_id with a line feed at its end', record('"a\\n"'), '/record_id', 'pattern'),
  refused('record_id with NUL', record('"a\\u0000"'), '/record_id', 'pattern'),
  refused('record_id with DEL', record('"a\\u007f"'), '/record_id', 'pattern'),
  refused('record_id with a no-break space', record('"a\\u00a0b"'), '/record_id', 'pattern'),
  refused('record_id with an astral character', record('"\u{1f600}"'), '/record_id', 'pattern'),
  refused('record_id with a lone surrogate', record('"\\udc00"'), '/record_id', 'pattern'),
];

const SPREAD_OUT =
  ' {\t"device_id" : "dev-2" ,\r\n "timestamp":\n"2025-09-09T17:00:00Z", "data_payload" : { "list" : [ 1 , 2 ] }\t}\n ';

const shapeCases: ReportCase[] = [
  accepted('the seed record', recordText()),
  accepted('white space between all tokens', SPREAD_OUT),
  refused('a record that is null', 'null', '', 'type'),
  refused('a record that is a number', '17', '', 'type'),
  refused('a record that is a text', '"dev-2"', '', 'type'),
  refused('a record that is a boolean', 'true', '', 'type'),
  refused('a record that is a list', `[${recordText()}]`, '', 'type'),
  refused('an unknown field', recordText({}, ',"gene_count":12'), '/gene_count', 'unknown-field'),
  refused('an unknown field that is null', recordText({}, ',"extra":null'), '/extra', 'unknown-field'),
  refused('an unknown field with an empty name', recordText({}, ',"":1'), '/', 'unknown-field'),
  refused('an unknown field with ~ and / in its name', recordText({}, ',"a/b~c":1'), '/a~1b~0c', 'unknown-field'),
  refused('a field in the wrong case', recordText({}, ',"Device_id":"x"'), '/Device_id', 'unknown-field'),
  refused('a field of the stored form', recordText({}, ',"stored_at":"x"'), '/stored_at', 'unknown-field'),
  refused("received_at, which is the gateway's", recordText({}, ',"received_at":"x"'), '/received_at', 'unknown-field'),
  refused('__proto__ as a field', recordText({}, ',"__proto__":{"a":1}'), '/__proto__', 'unknown-field'),
  refused('constructor as a field', recordText({}, ',"constructor":1'), '/constructor', 'unknown-field'),
  refused('toString as a field', recordText({}, ',"toString":1'), '/toString', 'unknown-field'),
  refused('hasOwnProperty as a field', recordText({}, ',"hasOwnProperty":1'), '/hasOwnProperty', 'unknown-field'),
];

export const identityCases: readonly ReportCase[] = [...shapeCases, ...deviceIdCases, ...recordIdCases];
