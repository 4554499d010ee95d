/**
 * Who may call a route:
 * - `open`: every client; it shows no data
 * - `send`: clients that may send records
 * - `read-device`: clients that may read the device in the request, and readers of everything
 * - `read-some`: clients that may read any device; the answer shows what this sender may read, see {@link DEVICES_HEADER}
 * - `read-all`: readers of everything; this holds for every route without a declaration and for unknown paths, too
 * - `operate`: clients with the scope `operate`
 */
export type AccessKind = 'open' | 'send' | 'read-device' | 'read-some' | 'read-all' | 'operate';

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
  /** Left out: GET, and a HEAD comes with it. With POST, the body is JSON of {@link MAX_READ_BODY_BYTES} at most. */
  method?: 'POST';
}

/** The routes of the query service, by the pattern of their path. */
export const READ_ROUTES = {
  '/': { access: 'open' },
  '/console/:file': { access: 'open' },
  '/status': { access: 'read-all' },
  '/status/history': { access: 'read-all' },
  '/status/events': { access: 'read-all', isStream: true },
  '/events/tail': { access: 'read-device', deviceFrom: 'query', isStream: true },
  '/check-buffer': { access: 'read-device', deviceFrom: 'query' },
  '/records': { access: 'read-device', deviceFrom: 'query' },
  '/records/:device_id/latest': { access: 'read-device', deviceFrom: 'path' },
  '/records/:device_id/series': { access: 'read-device', deviceFrom: 'path' },
  '/records/:device_id/:record_id': { access: 'read-device', deviceFrom: 'path' },
  '/export': { access: 'read-device', deviceFrom: 'query' },
  '/devices': { access: 'read-some' },
  '/latest': { access: 'read-some', method: 'POST' },
} as const satisfies Readonly<Record<string, ReadRoute>>;

/**
 * The routes of the query service for people with the scope `operate`, each as its method and the pattern of its path. The gateway
 * forwards them as it forwards {@link READ_ROUTES}, with the body.
 */
export const OPERATE_ROUTES = [
  'GET /audit',
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

/**
 * Names to the query service the devices that the sender of a forwarded request may read: a JSON array of ids and of beginnings
 * of ids followed by `*`, percent-encoded. Without it, the sender may read everything.
 */
export const DEVICES_HEADER = 'x-sluice-devices';

/** Says with an export what `complete_through` says in other answers. */
export const COMPLETE_THROUGH_HEADER = 'sluice-complete-through';

/** Largest body of a read, in bytes: 500 ids of the longest kind. */
export const MAX_READ_BODY_BYTES = 128 * 1024;

/** Largest body of the routes for operators, in bytes: it holds an edit, not records. */
export const MAX_OPERATE_BODY_BYTES = 512 * 1024;
