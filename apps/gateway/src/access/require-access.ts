import type { FastifyRequest } from 'fastify';
import { mayIngest, mayOperate, mayRead, type Principal } from '@sluice/ingest';
import type { DeviceSource } from '@sluice/contracts';
import { mayNotIngest, mayNotOperate, mayNotRead, mayNotReadAll } from './refusals.js';

/**
 * Whether somebody may call the route of a request, by what the route declares. A route that declares nothing shows everything.
 *
 * @throws ProblemError `forbidden`
 */
export function requireAccess(principal: Principal, request: FastifyRequest): void {
  const { access, deviceFrom } = request.routeOptions.config;
  if (access === 'open') return;
  if (access === 'send') {
    if (!mayIngest(principal)) throw mayNotIngest(principal);
  } else if (access === 'operate') {
    if (!mayOperate(principal)) throw mayNotOperate(principal);
  } else if (access === 'read-device') {
    if (!mayRead(principal, deviceIdOf(request, deviceFrom))) throw mayNotRead(principal);
  } else if (!mayRead(principal, undefined)) throw mayNotReadAll(principal);
}

/** @returns `undefined` where the parameter is missing or repeated: then everything is asked for */
function deviceIdOf({ params, query }: FastifyRequest, from: DeviceSource | undefined): string | undefined {
  if (from === undefined) return undefined;
  const { device_id: deviceId } = (from === 'path' ? params : query) as { device_id?: unknown };
  return typeof deviceId === 'string' ? deviceId : undefined;
}
