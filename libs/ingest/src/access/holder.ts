import { READABLE_DEVICE_ID_PATTERN } from '@sluice/contracts';

/** For whom a credential speaks: one device, every device whose id begins in one way, or people who read. */
export type Holder = { kind: 'device'; deviceId: string } | { kind: 'devices'; prefix: string } | { kind: 'readers' };

/** `operate` is for people who run the service; it includes neither of the others. */
export type Scope = 'ingest' | 'read' | 'operate';

/** The scopes that a token can have. */
export const SCOPES: readonly Scope[] = ['ingest', 'read'];

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

/** Devices send and do not read, readers read and do not send, unless it is said otherwise. */
export function defaultScopesOf(holder: Holder): readonly Scope[] {
  return holder.kind === 'readers' ? ['read'] : ['ingest'];
}

export function speaksFor(holder: Holder, deviceId: string): boolean {
  if (holder.kind === 'device') return holder.deviceId === deviceId;
  return holder.kind === 'devices' && deviceId.startsWith(holder.prefix);
}

/** In words that may be shown: `device dev-2`, `devices lab-7:*`, `readers`. */
export function holderText(holder: Holder): string {
  if (holder.kind === 'device') return `device ${holder.deviceId}`;
  return holder.kind === 'devices' ? `devices ${holder.prefix}*` : 'readers';
}
