import { holderText, type Principal, type Refusal } from '@sluice/ingest';
import { ProblemError } from '@sluice/http';
import { faultText } from './certificate-faults.js';

const ASK = 'ask whoever runs this gateway for one (npm run tokens -- create).';

const UNAUTHORIZED: Readonly<Record<Refusal, string>> = {
  missing: `Send a token in the header "Authorization: Bearer sluice_..."; ${ASK}`,
  malformed: 'The header Authorization holds no token of this gateway; send "Authorization: Bearer sluice_...".',
  mistyped: 'The token was changed on its way: its checksum does not fit. Copy it again, from sluice_ to its end.',
  unknown: `The token is not known here: it was revoked, its time after a rotation is over, or it is another gateway's; ${ASK}`,
};

export function unauthorized(refusal: Refusal): ProblemError {
  return new ProblemError('unauthorized', UNAUTHORIZED[refusal]);
}

/** @param fault code of why the certificate that was shown is not accepted; `undefined` if none was shown */
export function certificateNeeded(fault: string | undefined): ProblemError {
  const detail =
    fault === undefined
      ? 'Connect with a client certificate that the authority of this gateway has signed.'
      : `The client certificate is not accepted (${faultText(fault)}); connect with a valid one of the authority of this gateway.`;
  return new ProblemError('unauthorized', detail);
}

export function nameless(): ProblemError {
  const detail =
    'The client certificate names no device: its subject alternative name must be DNS:<device_id>, ' +
    'URI:urn:sluice:device:<device_id> or URI:urn:sluice:readers.';
  return new ProblemError('forbidden', detail);
}

export function notLoaded(): ProblemError {
  const detail = 'The gateway cannot read its tokens yet, so it lets nobody in; send the request again later.';
  return new ProblemError('store-unavailable', detail, { retryAfterSeconds: 2 });
}

export function outsideNetworks(): ProblemError {
  const detail = 'This address is in none of the networks that may reach the gateway (ALLOWED_NETWORKS).';
  return new ProblemError('forbidden', detail);
}

export function mayNotIngest(principal: Principal): ProblemError {
  return new ProblemError('forbidden', `${whose(principal)} may read, not send; use one with the scope ingest.`);
}

export function mayNotRead(principal: Principal): ProblemError {
  if (!principal.scopes.includes('read')) return mayNotReadAtAll(principal);
  const detail = `${whose(principal)} may read these devices only: name one of them, for example /records?device_id=dev-2.`;
  return new ProblemError('forbidden', detail);
}

export function mayNotReadAll(principal: Principal): ProblemError {
  if (!principal.scopes.includes('read')) return mayNotReadAtAll(principal);
  const detail = `${whose(principal)} may read these devices only, and this path is for readers of everything.`;
  return new ProblemError('forbidden', detail);
}

function mayNotReadAtAll(principal: Principal): ProblemError {
  return new ProblemError('forbidden', `${whose(principal)} may not read; use one with the scope read.`);
}

export function mayNotOperate(principal: Principal): ProblemError {
  return new ProblemError('forbidden', `${whose(principal)} may not operate; use one with the scope operate.`);
}

export function mayNotIngestFor(principal: Principal, deviceId: string): string {
  return `${whose(principal)} may not send for ${deviceId}; use the one of that device.`;
}

function whose({ name, holders }: Principal): string {
  const kind = name.startsWith('token') ? 'token' : 'client certificate';
  return `This ${kind} (${holders.map(holderText).join(', ')})`;
}
