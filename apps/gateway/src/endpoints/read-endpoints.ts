import { readFileSync } from 'node:fs';
import { EndpointListError } from './endpoint-list-error.js';
import type { EndpointList } from './endpoint-list.js';
import { parseEndpoints } from './parse-endpoints.js';
import type { EndpointOptions } from './endpoint.settings.js';

/**
 * The list as the setting or its file says it now; `undefined` where there is neither.
 *
 * @throws EndpointListError that names the setting and the fix
 */
export function readEndpoints({ endpoints, endpointsFile }: EndpointOptions): EndpointList | undefined {
  if (endpoints !== '' && endpointsFile !== '') {
    throw new EndpointListError('ENDPOINTS and ENDPOINTS_FILE are both set; set one of them.');
  }
  if (endpointsFile !== '') return parseEndpoints(textOf(endpointsFile), `ENDPOINTS_FILE (${endpointsFile})`);
  return endpoints === '' ? undefined : parseEndpoints(endpoints, 'ENDPOINTS');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new EndpointListError(`ENDPOINTS_FILE: ${file} cannot be read (${code}); name a readable file.`);
  }
}
