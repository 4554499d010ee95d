import { MAX_PAYLOAD_BYTES, MAX_PAYLOAD_DEPTH, MAX_PAYLOAD_VALUES } from '../payload-check.js';
import { accepted, beyondSchema, recordText, refused, type ReportCase } from './case.js';

const payload = (text: string | undefined) => recordText({ data_payload: text });
const value = (text: string) => payload(`{"v":${text}}`);
const key = (text: string) => payload(`{"${text}":1}`);

const wholeCases: ReportCase[] = [
  refused('no data_payload', payload(undefined), '/data_payload', 'required'),
  refused('data_payload null', payload('null'), '/data_payload', 'type'),
  refused('data_payload a text', payload('"{}"'), '/data_payload', 'type'),
  refused('data_payload a number', payload('12'), '/data_payload', 'type'),
  refused('data_payload a boolean', payload('false'), '/data_payload', 'type'),
  refused('data_payload an empty list', payload('[]'), '/data_payload', 'type'),
  refused('data_payload a list of objects', payload('[{"a":1}]'), '/data_payload', 'type'),
  accepted('data_payload empty', payload('{}')),
  accepted(
    'a payload of every kind of value',
    payload('{"n":null,"t":true,"f":false,"s":"","l":[],"o":{},"d":-1.5e-7}'),
  ),
  accepted('a list of mixed values', value('[1,"a",null,[],{}]')),
  accepted('a payload that looks like a database operator', payload('{"$where":"1","a.b":{"$gt":""}}')),
  accepted('a payload that looks like a database type', payload('{"_bsontype":"ObjectId","$oid":"x"}')),
];

const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number) => '{"a":'.repeat(depth - 1) + '{}' + '}'.repeat(depth - 1);
const deepest = MAX_PAYLOAD_DEPTH;

const depthCases: ReportCase[] = [
  accepted('objects as deep as may be', payload(objects(deepest))),
  accepted('lists as deep as may be', value(lists(deepest - 1))),
  accepted('a value inside of the deepest list', value(`${'['.repeat(deepest - 1)}"x"${']'.repeat(deepest - 1)}`)),
  beyondSchema(
    refused(
      'objects one too deep',
      payload(objects(deepest + 1)),
      `/data_payload${'/a'.repeat(deepest)}`,
      'payload-depth',
    ),
  ),
  beyondSchema(
    refused('lists one too deep', value(lists(deepest)), `/data_payload/v${'/0'.repeat(deepest - 1)}`, 'payload-depth'),
  ),
  beyondSchema(
    refused('lists far too deep', value(lists(2000)), `/data_payload/v${'/0'.repeat(deepest - 1)}`, 'payload-depth'),
  ),
];

const longest = 'k'.repeat(256);
const twoUnits = '\u{1f600}';

const keyCases: ReportCase[] = [
  accepted('a key of one character', key('k')),
  accepted('a key at the limit', key(longest)),
  refused('a key one over the limit', key(`${longest}k`), `/data_payload/${longest}k`, 'payload-key'),
  accepted('a key of astral characters at the limit', key(twoUnits.repeat(256))),
  refused(
    'a key of astral characters one over',
    key(twoUnits.repeat(257)),
    `/data_payload/${twoUnits.repeat(257)}`,
    'payload-key',
  ),
  refused('an empty key', key(''), '/data_payload/', 'payload-key'),
  refused('a key with NUL', key('a\\u0000b'), '/data_payload/a\0b', 'payload-key'),
  accepted('a key with other control characters', key('a\\u0001\\t\\n')),
  refused('the key __proto__', key('__proto__'), '/data_payload/__proto__', 'payload-key'),
  refused('the key __proto__, escaped', key('\\u005f_proto__'), '/data_payload/__proto__', 'payload-key'),
  refused('the key __proto__ further in', value('[{"__proto__":{}}]'), '/data_payload/v/0/__proto__', 'payload-key'),
  accepted('the key constructor', payload('{"constructor":{"prototype":{"x":1}}}')),
  accepted('the keys toString and hasOwnProperty', payload('{"toString":1,"hasOwnProperty":2}')),
  accepted('keys that are numbers', payload('{"1":1,"0":0,"-0":2}')),
  accepted('a key in another script', key('\u6e29\u5ea6')),
  beyondSchema(refused('a lone surrogate in a key', key('\\ud800'), '/data_payload/\ud800', 'payload-key')),
  refused('a key to be escaped in the pointer', payload('{"a/b~":{"":1}}'), '/data_payload/a~1b~0/', 'payload-key'),
];

const number = (text: string) => accepted(`the number ${text}`, value(text));
const lossy = (text: string) => refused(`the number ${text}`, value(text), '/data_payload/v', 'payload-number');

const numberCases: ReportCase[] = [
  ...['0', '-0', '0.0', '-0.0', '1.0', '0e-400', '9007199254740991', '-9007199254740991'].map(number),
  ...['9007199254740992', '-9007199254740992', '9007199254740993', '1490745150008486243'].map(number),
  ...['-9223372036854775808', '9223372036854775807', '9223372036854775808', '18446744073709551615'].map(number),
  ...['1e16', '1e300', '9.9E37', '6.02214076e23', '-3.4028235e38', '12345678901234567890.5'].map(number),
  ...['-9223372036854775809', '18446744073709551616'].map(lossy).map(beyondSchema),
  ...['1e400', '-1e400', `1${'0'.repeat(400)}`].map(lossy),
  ...['0.1', '1e-7', '5e-324', '1e-323', '1E2', '4503599627370495.5'].map(number),
  ...['1e-400', '-1e-400', '1E-400', '0.001e-00999'].map(lossy).map(beyondSchema),
  beyondSchema(
    refused('a number written out that vanishes', value(`0.${'0'.repeat(330)}1`), '/data_payload/v', 'payload-number'),
  ),
  beyondSchema(
    refused(
      'a number that vanishes between its digits and its exponent',
      value(`0.${'0'.repeat(230)}1e-99`),
      '/data_payload/v',
      'payload-number',
    ),
  ),
  accepted('texts and keys that look like vanishing numbers', payload('{"1e-400":"1e-400","z":0}')),
  refused('a number too large in a list', value('[0,[1,1e400]]'), '/data_payload/v/1/1', 'payload-number'),
  beyondSchema(
    refused(
      'a whole number of 65 bits in a list',
      value('[0,[1,18446744073709551616]]'),
      '/data_payload/v/1/1',
      'payload-number',
    ),
  ),
  accepted('texts that look like large whole numbers', payload('{"18446744073709551616":"18446744073709551616"}')),
  beyondSchema(
    refused('a number that vanishes in a list', value('[0,[1,1e-400]]'), '/data_payload/v/1/1', 'payload-number'),
  ),
];

const textCases: ReportCase[] = [
  accepted('text with control characters, NUL included', value('"\\u0000\\u0001\\u001f\\u007f"')),
  accepted('text with every short escape', value('"\\"\\\\\\/\\b\\f\\n\\r\\t"')),
  accepted('text with astral characters', value('"\u{1f600}\u{10ffff}"')),
  accepted('an astral character as two escapes', value('"\\ud83d\\ude00"')),
  accepted('text with line separators and a byte order mark', value('"\u2028\u2029\ufeff"')),
  accepted('text with noncharacters', value('"\\uffff\\ufffe"')),
  beyondSchema(refused('the first half of a pair', value('"\\ud83d"'), '/data_payload/v', 'payload-text')),
  beyondSchema(refused('the second half of a pair', value('"\\ude00"'), '/data_payload/v', 'payload-text')),
  beyondSchema(refused('a pair in the wrong order', value('"\\ude00\\ud83d"'), '/data_payload/v', 'payload-text')),
  beyondSchema(refused('half of a pair in a list', value('["a","\\ud800"]'), '/data_payload/v/1', 'payload-text')),
];

const filler = (bytes: number) => `{"v":"${'x'.repeat(bytes - '{"v":""}'.length)}"}`;
const accents = (bytes: number) => `{"v":"${'\u00e9'.repeat((bytes - '{"v":""}'.length) / 2)}"}`;

const sizeCases: ReportCase[] = [
  accepted('a payload at the limit of its size', payload(filler(MAX_PAYLOAD_BYTES))),
  beyondSchema(
    refused('a payload one byte over', payload(filler(MAX_PAYLOAD_BYTES + 1)), '/data_payload', 'payload-size'),
  ),
  accepted('a payload at the limit in bytes, not in characters', payload(accents(MAX_PAYLOAD_BYTES))),
  beyondSchema(
    refused(
      'a payload over in bytes, not in characters',
      payload(accents(MAX_PAYLOAD_BYTES + 2)),
      '/data_payload',
      'payload-size',
    ),
  ),
  accepted('white space does not count', payload(filler(MAX_PAYLOAD_BYTES).replace(':', ` :${'\n'.repeat(1000)}`))),
];

/** The record, three names with their values, and the name and the list in the payload. */
const ENVELOPE_VALUES = 9;
const zeros = (count: number) => value(`[${new Array(count - ENVELOPE_VALUES).fill(0).join(',')}]`);

const valuesCases: ReportCase[] = [
  accepted('as many keys and values as may be', zeros(MAX_PAYLOAD_VALUES)),
  beyondSchema(refused('one value too many', zeros(MAX_PAYLOAD_VALUES + 1), '/data_payload', 'payload-values')),
];

const duplicate = (name: string, body: string, pointer: string) =>
  beyondSchema(refused(name, body, pointer, 'duplicate-key'));

const duplicateCases: ReportCase[] = [
  duplicate('a key twice', payload('{"a":1,"a":2}'), '/data_payload/a'),
  duplicate('a key twice with one value', payload('{"a":1,"a":1}'), '/data_payload/a'),
  duplicate('a key twice, once escaped', payload('{"a":1,"\\u0061":2}'), '/data_payload/a'),
  duplicate('a key twice with others between', payload('{"a":1,"b":"\\"a\\":","c":[],"a":2}'), '/data_payload/a'),
  duplicate('a key twice further in', value('[{},{"k":{"x":1,"x":1}}]'), '/data_payload/v/1/k/x'),
  duplicate('a field twice', recordText({}, ',"device_id":"dev-2"'), '/device_id'),
  accepted('one key in two objects', payload('{"a":{"k":1},"b":{"k":1}}')),
  accepted('keys that differ in case', payload('{"a":1,"A":2}')),
  accepted('keys that differ in their normal form only', payload('{"\u00e9":1,"e\u0301":2}')),
  accepted('text that looks like members', value('"{\\"a\\":1,\\"a\\":2}"')),
];

export const payloadCases: readonly ReportCase[] = [
  ...wholeCases,
  ...depthCases,
  ...keyCases,
  ...numberCases,
  ...textCases,
  ...sizeCases,
  ...valuesCases,
  ...duplicateCases,
];
