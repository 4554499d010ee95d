import { expect, it } from '@jest/globals';
import { syntaxEntry } from './syntax-fault.js';

const fault = (at: number) => ({ at, what: 'unexpected character' });
const placeOf = (bytes: Buffer, at: number) => {
  const { line, column } = syntaxEntry(bytes, fault(at), 'The line');
  return [line, column];
};

it('The position of a fault does not depend on earlier calls', () => {
  const text = 'a\r\nbü\n\nd\re';
  const bytes = Buffer.from(text);
  const order = [3, 9, 1, 2, 6, 5, 0, 8, 7, 10, 4];
  const fresh = order.map((at) => placeOf(Buffer.from(text), at));
  expect(order.map((at) => placeOf(bytes, at))).toEqual(fresh);
});

it('The positions of many faults of a large body cost one pass over it', () => {
  const [lines, length] = [20_000, 500];
  const bytes = Buffer.alloc(lines * length, 'x');
  for (let end = length - 1; end < bytes.length; end += length) bytes[end] = 0x0a;
  // A pass for each of them would read 100 GB.
  for (let line = 0; line < lines; line++) expect(placeOf(bytes, line * length)).toEqual([line + 1, 1]);
});
