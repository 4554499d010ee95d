import { speaksFor, type Holder, type Scope } from './holder.js';

/** Who has sent a request, as far as a token or a certificate proves it. */
export interface Principal {
  /** `token 4f9a1c02b7e3` or `certificate dev-2`: what is counted against limits, and may be logged. */
  name: string;
  holders: readonly Holder[];
  scopes: readonly Scope[];
}

export function mayIngest({ scopes }: Principal): boolean {
  return scopes.includes('ingest');
}

export function mayIngestFor({ holders }: Principal, deviceId: string): boolean {
  return holders.some((holder) => speaksFor(holder, deviceId));
}

/** Readers see everything; whoever speaks for devices sees these, and has to name the one that is asked for. */
export function mayRead({ holders, scopes }: Principal, deviceId: string | undefined): boolean {
  if (!scopes.includes('read')) return false;
  return holders.some((holder) => holder.kind === 'readers' || (deviceId !== undefined && speaksFor(holder, deviceId)));
}
