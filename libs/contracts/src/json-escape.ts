const LOWER_U = 0x75;
const HEX_DIGITS = 4;
const HEX = /[\da-fA-F]{0,4}/y;

const CHARACTERS: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

export interface ReadEscape {
  /** Left out if this is no escape of JSON. */
  character: string | undefined;
  /** The index after it, or of the first character that is wrong. */
  end: number;
}

/** @param at index of the backslash */
export function readEscape(text: string, at: number): ReadEscape {
  if (text.charCodeAt(at + 1) !== LOWER_U) {
    const character = CHARACTERS[text.charAt(at + 1)];
    return { character, end: character === undefined ? at + 1 : at + 2 };
  }
  HEX.lastIndex = at + 2;
  const digits = HEX.exec(text)![0];
  const character = digits.length < HEX_DIGITS ? undefined : String.fromCharCode(parseInt(digits, 16));
  return { character, end: at + 2 + digits.length };
}
