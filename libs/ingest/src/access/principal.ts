import { speaksFor, type Holder, type Scope } from './holder.js';

/** The sender of a request, as proved by a token or a certificate. */
export interface Principal {
  /** `token 4f9a1c02b7e3` or `certificate dev-2`: what is counted against limits, and may be logged. */
  name: string;
  holders: readonly Holder[];
  scopes: readonly Scope[];
  /**
   * Whether the proof still holds: the reason once it does not, else `undefined`. What is still open then, ends. The reason is
   * a code, such as `token-revoked` or `certificate-expired`. Left out: the proof holds as long as its connection.
   */
  recheck?: (nowMs: number) => string | undefined;
}

export function mayIngest({ scopes }: Principal): boolean {
  return scopes.includes('ingest');
}

export function mayOperate({ scopes }: Principal): boolean {
  return scopes.includes('operate');
}

export function mayIngestFor({ holders }: Principal, deviceId: string): boolean {
  return holders.some((holder) => speaksFor(holder, deviceId));
}

/** Readers, and operators with the scope read, may read everything. Holders for devices may read these, and have to name one. */
export function mayRead({ holders, scopes }: Principal, deviceId: string | undefined): boolean {
  if (!scopes.includes('read')) return false;
  return holders.some((holder) => readsEverything(holder) || (deviceId !== undefined && speaksFor(holder, deviceId)));
}

export function mayReadSome({ scopes }: Principal): boolean {
  return scopes.includes('read');
}

/** The devices that a principal with the scope read may read: ids, and beginnings of ids with a `*` behind; `undefined`: all. */
export function readableDevices({ holders }: Principal): readonly string[] | undefined {
  if (holders.some(readsEverything)) return undefined;
  return holders.flatMap((holder) => {
    if (holder.kind === 'device') return [holder.deviceId];
    return holder.kind === 'devices' ? [`${holder.prefix}*`] : [];
  });
}

function readsEverything({ kind }: Holder): boolean {
  return kind === 'readers' || kind === 'operators';
}
