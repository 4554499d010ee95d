import { isIPv4, isIPv6 } from 'node:net';
import type { Setting } from './setting.js';

/** Addresses and networks in CIDR notation, separated by commas. */
export function networkList(key: string, description: string): Setting<string> {
  const parse = (list: string): string | undefined => whereAll(list, isNetwork);
  return { key, fallback: '', allowed: 'networks like 10.0.0.0/8,fd00::/8', description, parse };
}

/** Names of hosts, with or without a port, separated by commas. */
export function hostList(key: string, description: string): Setting<string> {
  const parse = (list: string): string | undefined => whereAll(list, (part) => /^[a-z0-9_.-]+(:\d{1,5})?$/i.test(part));
  return { key, fallback: '', allowed: 'names like sluice.plant.example,gateway:8000', description, parse };
}

/** Origins as browsers send them, separated by commas, or a star for all. */
export function originList(key: string, description: string): Setting<string> {
  const allowed = 'origins like https://hall.example,http://10.0.0.7:8080, or *';
  const parse = (list: string): string | undefined => (list === '*' ? list : whereAll(list, isOrigin));
  return { key, fallback: '', allowed, description, parse };
}

function whereAll(list: string, isAllowed: (part: string) => boolean): string | undefined {
  return list.split(',').every((part) => isAllowed(part.trim())) ? list : undefined;
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return most > 0 && isPrefix && more.length === 0;
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
