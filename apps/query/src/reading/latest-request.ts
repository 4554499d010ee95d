import { type ProblemEntry, readableDeviceIdProblem } from '@sluice/contracts';
import {
  aheadParameter,
  DEFAULT_AHEAD_SECONDS,
  type LatestRequestDto,
  MAX_LATEST_DEVICES,
} from '@sluice/contracts/dto';
import { invalidParameter, ProblemError } from '@sluice/http';
import type { ReadableDevices } from './readable-devices.js';

/** A valid body of `POST /latest`. @throws ProblemError `invalid-parameter`, `forbidden` */
export function latestRequest(body: unknown, readable: ReadableDevices): Required<LatestRequestDto> {
  const { device_ids, max_ahead = DEFAULT_AHEAD_SECONDS, ...rest } = membersOf(body);
  const errors = [
    ...Object.keys(rest).map((name) => entry(`/${name}`, 'unknown-field', 'This member is not known; leave it out.')),
    ...idProblems(device_ids),
    ...(aheadParameter(max_ahead) ? [{ ...aheadParameter(max_ahead)!, pointer: '/max_ahead' }] : []),
  ];
  if (errors.length > 0) throw invalidParameter(errors);
  const request = { device_ids: device_ids as string[], max_ahead: max_ahead as number };
  requireReadable(request.device_ids, readable);
  return request;
}

function membersOf(body: unknown): Record<string, unknown> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body };
  const detail = 'The body must be an object such as {"device_ids": ["dev-2"]}.';
  throw invalidParameter([entry('', 'type', detail)]);
}

function idProblems(ids: unknown): ProblemEntry[] {
  const isList = Array.isArray(ids) && ids.length >= 1 && ids.length <= MAX_LATEST_DEVICES;
  if (!isList) {
    const count = Array.isArray(ids) ? `; it has ${ids.length}` : '';
    const detail = `device_ids must be an array of 1 to ${MAX_LATEST_DEVICES} ids${count}. Ask in several requests for more.`;
    return [entry('/device_ids', 'length', detail)];
  }
  return (ids as unknown[]).flatMap((id, index) => {
    const problem = readableDeviceIdProblem(id);
    return problem === undefined ? [] : [{ ...problem, pointer: `/device_ids/${index}` }];
  });
}

function requireReadable(ids: readonly string[], readable: ReadableDevices): void {
  const detail = 'This token or certificate may not read this device; leave it out.';
  const errors = ids.flatMap((id, index) =>
    readable.has(id) ? [] : [entry(`/device_ids/${index}`, 'forbidden', detail)],
  );
  if (errors.length === 0) return;
  throw new ProblemError('forbidden', `It may not read ${errors.length} of these devices; leave them out.`, { errors });
}

function entry(pointer: string, code: string, detail: string): ProblemEntry {
  return { pointer, code, detail };
}
