import type { Refusal } from '../refusal.js';
import { faultText } from './certificate-faults.js';
import { holderText } from './holder.js';
import type { TokenFault } from './known-tokens.js';
import type { Principal } from './principal.js';

const ASK = 'ask the operator of this gateway for one (sluice tokens create).';

const UNAUTHORIZED: Readonly<Record<TokenFault, string>> = {
  missing: `Send a token as "Authorization: Bearer sluice_..." or "X-API-Key: sluice_..."; ${ASK}`,
  malformed:
    'The credentials are not a token of this gateway; send "Authorization: Bearer sluice_...", the token as the password of Basic, or X-API-Key.',
  mistyped: 'The token is mistyped: its checksum does not match. Copy it again, from sluice_ to its end.',
  unknown: `The token is unknown: it was revoked, its grace period after a rotation is over, or it belongs to another gateway; ${ASK}`,
};

export function unauthorized(fault: TokenFault): Refusal {
  return { code: 'unauthorized', detail: UNAUTHORIZED[fault] };
}

/** @param fault code of why the certificate that was shown is not accepted; `undefined` if none was shown */
export function certificateNeeded(fault: string | undefined): Refusal {
  const detail =
    fault === undefined
      ? 'Connect with a client certificate signed by the authority of this gateway.'
      : `The client certificate is not accepted (${faultText(fault)}); connect with a valid one from the authority of this gateway.`;
  return { code: 'unauthorized', detail };
}

export function nameless(): Refusal {
  const detail =
    'The client certificate names no device: its subject alternative name must be DNS:<device_id>, ' +
    'URI:urn:sluice:device:<device_id>, URI:urn:sluice:readers or URI:urn:sluice:operators.';
  return { code: 'forbidden', detail };
}

export function notLoaded(): Refusal {
  const detail = 'The gateway has not read its tokens yet and refuses all requests; send the request again later.';
  return { code: 'store-unavailable', detail, retryAfterSeconds: 2 };
}

/** It does not say which of these it is, so that no client learns which codes exist. */
export function claimRefused(): Refusal {
  const detail = 'The claim code is wrong, used, expired or revoked; ask the operator of this gateway for a new one.';
  return { code: 'claim-refused', detail };
}

export function outsideNetworks(): Refusal {
  const detail = 'This address is not in the allowed networks of the gateway (ALLOWED_NETWORKS).';
  return { code: 'forbidden', detail };
}

export function mayNotIngest(principal: Principal): Refusal {
  return { code: 'forbidden', detail: `${whose(principal)} may read but not send; use one with the scope ingest.` };
}

export function mayNotRead(principal: Principal): Refusal {
  if (!principal.scopes.includes('read')) return mayNotReadAtAll(principal);
  const detail = `${whose(principal)} may read these devices only: name one of them, for example /records?device_id=dev-2.`;
  return { code: 'forbidden', detail };
}

export function mayNotReadAll(principal: Principal): Refusal {
  if (!principal.scopes.includes('read')) return mayNotReadAtAll(principal);
  const detail = `${whose(principal)} may read these devices only; this path needs the right to read all devices.`;
  return { code: 'forbidden', detail };
}

export function mayNotReadAtAll(principal: Principal): Refusal {
  return { code: 'forbidden', detail: `${whose(principal)} may not read; use one with the scope read.` };
}

export function mayNotOperate(principal: Principal): Refusal {
  return { code: 'forbidden', detail: `${whose(principal)} may not operate; use one with the scope operate.` };
}

export function mayNotIngestFor(principal: Principal, deviceId: string): Refusal {
  return { code: 'forbidden', detail: `${whose(principal)} may not send for ${deviceId}; use the one of that device.` };
}

function whose({ name, holders }: Principal): string {
  const kind = name.startsWith('token') ? 'token' : 'client certificate';
  return `This ${kind} (${holders.map(holderText).join(', ')})`;
}
