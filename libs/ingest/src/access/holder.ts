import { READABLE_DEVICE_ID_PATTERN } from '@sluice/contracts';

/** The holder of a credential: one device, every device with a prefix, readers, or operators. */
export type Holder =
  | { kind: 'device'; deviceId: string }
  | { kind: 'devices'; prefix: string }
  | { kind: 'readers' }
  | { kind: 'operators' };

/** The kinds of holders that this release knows. */
export const HOLDER_KINDS: readonly Holder['kind'][] = ['device', 'devices', 'readers', 'operators'];

/** `operate` is for people who run the service; it includes neither of the others. */
export type Scope = 'ingest' | 'read' | 'operate';

/** The scopes that a token can have. */
export const SCOPES: readonly Scope[] = ['ingest', 'read', 'operate'];

const DEVICE_ID = READABLE_DEVICE_ID_PATTERN;
const DEVICE_PATTERN = /^[ !#-)+\-./0-;=?-[\]-~]{1,127}\*$/;

/** @returns `undefined` if no device can have this id */
export function deviceHolder(deviceId: string): Holder | undefined {
  return DEVICE_ID.test(deviceId) ? { kind: 'device', deviceId } : undefined;
}

/** @param pattern the beginning of the ids, then one `*`: `lab-7:*`. @returns `undefined` for anything else */
export function devicesHolder(pattern: string): Holder | undefined {
  return DEVICE_PATTERN.test(pattern) ? { kind: 'devices', prefix: pattern.slice(0, -1) } : undefined;
}

const DEFAULT_SCOPES: Readonly<Record<Holder['kind'], readonly Scope[]>> = {
  device: ['ingest'],
  devices: ['ingest'],
  readers: ['read'],
  operators: ['operate'],
};

/** Devices send, readers read, operators operate, and none of them does anything else unless its scopes say so. */
export function defaultScopesOf(holder: Holder): readonly Scope[] {
  return DEFAULT_SCOPES[holder.kind];
}

export function speaksFor(holder: Holder, deviceId: string): boolean {
  if (holder.kind === 'device') return holder.deviceId === deviceId;
  return holder.kind === 'devices' && deviceId.startsWith(holder.prefix);
}

/** In words that may be shown: `device dev-2`, `devices lab-7:*`, `readers`, `operators`. */
export function holderText(holder: Holder): string {
  if (holder.kind === 'device') return `device ${holder.deviceId}`;
  return holder.kind === 'devices' ? `devices ${holder.prefix}*` : holder.kind;
}
