/**
 * Who may call a route:
 * - `open`: every client; it shows no data
 * - `send`: clients that may send records
 * - `read-device`: clients that may read the device in the request, and readers of everything
 * - `read-all`: readers of everything; this holds for every route without a declaration and for unknown paths, too
 * - `operate`: clients with the scope `operate`
 */
export type AccessKind = 'open' | 'send' | 'read-device' | 'read-all' | 'operate';

/** Which parameter `device_id` names the device of a `read-device` route. */
export type DeviceSource = 'path' | 'query';

/** What a route says of itself. The stages of a request decide by this and never by the text of the request. */
export interface RouteAccess {
  access: AccessKind;
  /** With `read-device` only. The route must have this parameter. Without it in a request, only readers of everything pass. */
  deviceFrom?: DeviceSource;
}

/** A route that the query service answers, and that the gateway forwards to it. */
export interface ReadRoute extends RouteAccess {
  /** Whether its answer has no end. */
  isStream?: boolean;
}

/** The routes of the query service, by the pattern of their path. A HEAD comes with each. */
export const READ_ROUTES = {
  '/': { access: 'open' },
  '/status/:part': { access: 'open' },
  '/status/events': { access: 'read-all', isStream: true },
  '/events/tail': { access: 'read-device', deviceFrom: 'query', isStream: true },
  '/check-buffer': { access: 'read-device', deviceFrom: 'query' },
  '/records': { access: 'read-device', deviceFrom: 'query' },
  '/records/:device_id/:record_id': { access: 'read-device', deviceFrom: 'path' },
} as const satisfies Readonly<Record<string, ReadRoute>>;

/**
 * The routes of the query service for people with the scope `operate`, each as its method and the pattern of its path. The gateway
 * forwards them as it forwards {@link READ_ROUTES}, with the body.
 */
export const OPERATE_ROUTES = [
  'GET /dead-letters',
  'GET /dead-letters/summary',
  'GET /dead-letters/:partition/:offset',
  'POST /dead-letters/:partition/:offset/discard',
  'GET /redrives',
  'POST /redrives',
  'GET /redrives/:id',
  'DELETE /redrives/:id',
  'POST /redrives/:id/pause',
  'POST /redrives/:id/resume',
] as const;

/** Names the sender of a forwarded request to the query service: the name of a token or certificate, or an address. */
export const CLIENT_HEADER = 'x-sluice-client';

/** Largest body of these routes, in bytes: it holds an edit, not records. */
export const MAX_OPERATE_BODY_BYTES = 512 * 1024;
