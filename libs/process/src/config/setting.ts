import { isIPv4, isIPv6 } from 'node:net';

/** One key of the environment: how its text becomes a value, and what a person must know of it. */
export interface Setting<T> {
  key: string;
  fallback: T;
  /** What is allowed, as one phrase. */
  allowed: string;
  description: string;
  /** @returns `undefined` if the text is not allowed */
  parse: (text: string) => T | undefined;
}

interface Range {
  min: number;
  max: number;
}

export function wholeNumber(key: string, fallback: number, { min, max }: Range, description: string): Setting<number> {
  const parse = (text: string): number | undefined => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    return value >= min && value <= max ? value : undefined;
  };
  return { key, fallback, allowed: `a whole number from ${min} to ${max}`, description, parse };
}

export function oneOf<const T extends string>(
  key: string,
  fallback: T,
  values: readonly T[],
  description: string,
): Setting<T> {
  return {
    key,
    fallback,
    allowed: values.join(' or '),
    description,
    parse: (text) => values.find((value) => value === text),
  };
}

export function text(
  key: string,
  fallback: string,
  pattern: RegExp,
  allowed: string,
  description: string,
): Setting<string> {
  return { key, fallback, allowed, description, parse: (value) => (pattern.test(value) ? value : undefined) };
}

/** Addresses and networks in CIDR notation, separated by commas. */
export function networkList(key: string, description: string): Setting<string> {
  const parse = (list: string): string | undefined =>
    list.split(',').every((part) => isNetwork(part.trim())) ? list : undefined;
  return { key, fallback: '', allowed: 'networks like 10.0.0.0/8,fd00::/8', description, parse };
}

/** Names of hosts, with or without a port, separated by commas. */
export function hostList(key: string, description: string): Setting<string> {
  const host = /^[a-z0-9_.-]+(:\d{1,5})?$/i;
  const parse = (list: string): string | undefined =>
    list.split(',').every((part) => host.test(part.trim())) ? list : undefined;
  return { key, fallback: '', allowed: 'names like sluice.plant.example,gateway:8000', description, parse };
}

/** Origins as browsers send them, separated by commas, or a star for all. */
export function originList(key: string, description: string): Setting<string> {
  const isOrigin = (part: string) => URL.canParse(part) && new URL(part).origin === part;
  const parse = (list: string): string | undefined =>
    list === '*' || list.split(',').every((part) => isOrigin(part.trim())) ? list : undefined;
  return {
    key,
    fallback: '',
    allowed: 'origins like https://hall.example,http://10.0.0.7:8080, or *',
    description,
    parse,
  };
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return most > 0 && isPrefix && more.length === 0;
}
