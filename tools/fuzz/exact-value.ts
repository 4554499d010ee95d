// A second reader of JSON, which shares nothing with the one under test: it says of two texts whether they mean the same.

export interface ReadValue {
  /**
   * One text for each value: no white space, keys in order, numbers by what they are. `undefined` if a key occurs twice in one
   * object or a number is none that a double holds: such a value must not be accepted.
   */
  exact: string | undefined;
  /** Of an object: its members by name. */
  members?: ReadonlyMap<string, ReadValue>;
  /** Of an array. */
  items?: readonly ReadValue[];
}

const TOKEN = /[ \t\n\r]*("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|[-+.0-9a-zA-Z]+|[{}[\]:,])/y;
const NUMBER = /^-?(?:0|[1-9][0-9]*)(\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/;

/** @returns `undefined` for what is not one JSON document */
export function readExactly(text: string): ReadValue | undefined {
  const reader = new Reader(text);
  try {
    const value = reader.value();
    return reader.isAtEnd ? value : undefined;
  } catch (error) {
    if (error instanceof NotJsonError) return undefined;
    throw error;
  }
}

class NotJsonError extends Error {}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  get isAtEnd(): boolean {
    return this.text.slice(this.at).trim() === '';
  }

  value(): ReadValue {
    const token = this.token();
    if (token === '{') return this.object();
    if (token === '[') return this.list();
    return { exact: leaf(token) };
  }

  private object(): ReadValue {
    const members = new Map<string, ReadValue>();
    let isTwice = false;
    for (let token = this.token(); token !== '}'; token = this.token()) {
      if (members.size > 0) token = this.after(token, ',');
      const name = textOf(token);
      this.after(this.token(), ':', false);
      isTwice ||= members.has(name);
      members.set(name, this.value());
    }
    return { exact: isTwice ? undefined : exactObject(members), members };
  }

  private list(): ReadValue {
    const items: ReadValue[] = [];
    for (let start = this.at; this.token() !== ']'; start = this.at) {
      if (items.length > 0) this.expect(',', start);
      else this.at = start;
      items.push(this.value());
    }
    const isExact = items.every(({ exact }) => exact !== undefined);
    return { exact: isExact ? `[${items.map(({ exact }) => exact).join(',')}]` : undefined, items };
  }

  private after(token: string, expected: string, takesNext = true): string {
    if (token !== expected) throw new NotJsonError();
    return takesNext ? this.token() : token;
  }

  private expect(sign: string, start: number): void {
    this.at = start;
    if (this.token() !== sign) throw new NotJsonError();
  }

  private token(): string {
    TOKEN.lastIndex = this.at;
    const [, token] = TOKEN.exec(this.text) ?? [];
    if (token === undefined) throw new NotJsonError();
    this.at = TOKEN.lastIndex;
    return token;
  }
}

function exactObject(members: ReadonlyMap<string, ReadValue>): string | undefined {
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  if (sorted.some(([, { exact }]) => exact === undefined)) return undefined;
  return `{${sorted.map(([name, { exact }]) => `${JSON.stringify(name)}:${exact}`).join(',')}}`;
}

function leaf(token: string): string | undefined {
  if (token === 'true' || token === 'false' || token === 'null') return token;
  return token.startsWith('"') ? JSON.stringify(textOf(token)) : numberOf(token);
}

function textOf(token: string): string {
  if (!token.startsWith('"')) throw new NotJsonError();
  return JSON.parse(token) as string;
}

/** A whole number keeps its digits; any other number is its nearest double, unless that is zero. */
function numberOf(token: string): string | undefined {
  const [number, fraction] = NUMBER.exec(token) ?? [];
  if (number === undefined) throw new NotJsonError();
  const value = Number(token);
  const isZero = !/[1-9]/.test(token.split(/[eE]/, 1)[0]!);
  const isHeld = Number.isFinite(value) && (value !== 0 || isZero);
  const isWhole = fraction === undefined && !/[eE]/.test(token);
  if (!isHeld) return undefined;
  if (isWhole && !Number.isSafeInteger(value)) return wholeNumberOf(token);
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Whole numbers in digits are kept exactly, with 64 bits at most. */
function wholeNumberOf(digits: string): string | undefined {
  const value = BigInt(digits);
  return value >= -(2n ** 63n) && value < 2n ** 64n ? String(value) : undefined;
}
