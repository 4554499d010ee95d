import { readExactly, type ReadValue } from './exact-value.js';

const BYTE_ORDER_MARK = /^\ufeff/;
const BLANK = /^[ \t\r]*$/;
const LINE_FEED = 10;

/**
 * What a client means that sends this body, record by record: `undefined` for one that must not be accepted.
 *
 * @param isList whether the answer has a list of results: a single object may come in two ways
 */
export function sentRecords(body: Buffer, isList: boolean): (ReadValue | undefined)[] {
  const whole = readBytes(body);
  if (!isList) return [whole];
  return [
    ...(whole?.items ??
      lines(body)
        .filter((line) => line !== '')
        .map(readBytes)),
  ];
}

/** Cut before they are decoded: a line that is no UTF-8 harms no other. */
function lines(body: Buffer): (Buffer | '')[] {
  const found: (Buffer | '')[] = [];
  for (let start = 0; start < body.length;) {
    const lineFeed = body.indexOf(LINE_FEED, start);
    const line = body.subarray(start, lineFeed === -1 ? body.length : lineFeed);
    found.push(BLANK.test(line.toString('latin1').replace(/^\xef\xbb\xbf/, '')) ? '' : line);
    start += line.length + 1;
  }
  return found;
}

function readBytes(bytes: Buffer | ''): ReadValue | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes));
    return readExactly(text.replace(BYTE_ORDER_MARK, ''));
  } catch {
    return undefined;
  }
}
