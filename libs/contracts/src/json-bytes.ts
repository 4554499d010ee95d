const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;

/** @param byte `undefined` after the last one */
export function isDigit(byte: number | undefined): boolean {
  return byte! >= ZERO && byte! <= NINE;
}

/** White space of JSON. @param byte `undefined` after the last one */
export function isSpace(byte: number | undefined): boolean {
  return byte! <= SPACE && (byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB);
}
