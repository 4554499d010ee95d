import { recordText } from './case.js';

/** Bytes of a whole body, and whether they can be read as JSON at all. */
export interface BodyCase {
  name: string;
  bytes: Buffer;
  verdict: 'readable' | 'invalid-json' | 'invalid-utf8';
}

const utf8 = (text: string) => Buffer.from(text, 'utf8');
const inside = (...bytes: number[]) => Buffer.concat([utf8('{"v":"'), Buffer.from(bytes), utf8('"}')]);

const readable = (name: string, bytes: Buffer): BodyCase => ({ name, bytes, verdict: 'readable' });
const notJson = (name: string, text: string): BodyCase => ({ name, bytes: utf8(text), verdict: 'invalid-json' });
const notUtf8 = (name: string, bytes: Buffer): BodyCase => ({ name, bytes, verdict: 'invalid-utf8' });

/** The codes are those of the problem that the gateway answers with. */
export const bodyCases: readonly BodyCase[] = [
  readable('a record', utf8(recordText())),
  readable('a byte order mark before it', utf8(`\ufeff${recordText()}`)),
  readable('white space around it', utf8(`\r\n\t ${recordText()} \n`)),
  readable('characters of two, three and four bytes', utf8('{"v":"\u00e9\u20ac\u{1f600}"}')),
  readable('the last character of Unicode', inside(0xf4, 0x8f, 0xbf, 0xbf)),
  notJson('nothing', ''),
  notJson('white space only', ' \n'),
  notJson('a byte order mark only', '\ufeff'),
  notJson('two byte order marks', `\ufeff\ufeff${recordText()}`),
  notJson('half a record', recordText().slice(0, -1)),
  notJson('a brace too many', `${recordText()}}`),
  notJson('two records', recordText() + recordText()),
  notJson('a NUL after it', `${recordText()}\0`),
  notJson('a comma after the last member', '{"a":1,}'),
  notJson('single quotes', "{'a':1}"),
  notJson('a comment', '{"a":1/* */}'),
  notJson('a key without quotes', '{a:1}'),
  notJson('NaN', '{"a":NaN}'),
  notJson('Infinity', '{"a":-Infinity}'),
  notJson('undefined', 'undefined'),
  notJson('a leading zero', '{"a":012}'),
  notJson('a leading plus', '{"a":+1}'),
  notJson('a number that ends in a point', '{"a":1.}'),
  notJson('a hexadecimal number', '{"a":0x10}'),
  notJson('a line feed inside of a text', '{"a":"x\ny"}'),
  notJson('a NUL inside of a text', '{"a":"x\0y"}'),
  notJson('an unknown escape', '{"a":"\\x41"}'),
  notJson('an escape cut short', '{"a":"\\u12"}'),
  notJson('a no-break space between tokens', '{"a":\u00a01}'),
  notJson('a form', 'device_id=dev-2&timestamp=2025-09-09T17%3A00%3A00Z'),
  notJson('XML', '<record/>'),
  notUtf8('a byte that never occurs', inside(0xff)),
  notUtf8('a continuation without a start', inside(0x80)),
  notUtf8('a character cut short', inside(0xe2, 0x82)),
  notUtf8('a slash in two bytes', inside(0xc0, 0xaf)),
  notUtf8('a NUL in two bytes', inside(0xc0, 0x80)),
  notUtf8('half of a surrogate pair', inside(0xed, 0xa0, 0x80)),
  notUtf8('a character beyond Unicode', inside(0xf4, 0x90, 0x80, 0x80)),
  notUtf8('Latin-1', Buffer.from('{"v":"caf\u00e9"}', 'latin1')),
  notUtf8('UTF-16 with its byte order mark', Buffer.from(`\ufeff${recordText()}`, 'utf16le')),
];
