import { readFileSync } from 'node:fs';
import type { OnApplicationShutdown } from '@nestjs/common';
import { EndpointListError, type EndpointList } from './endpoint-list.js';
import type { Logger } from '@sluice/observability';
import type { EndpointOptions } from './endpoint.settings.js';
import { parseEndpoints } from './parse-endpoints.js';

/** The file is read, not watched: a mounted one is changed by moving a link, which no watch on the file sees. */
const RELOAD_MS = 2_000;

/** The current list of endpoints, reloaded from its file when that changes. */
export class EndpointFeed implements OnApplicationShutdown {
  private readonly timer: NodeJS.Timeout | undefined;
  /** Why the file cannot be used now, so that it is logged once. */
  private fault: string | undefined;

  /** @param current what the options say at the start; `undefined` where there is no list */
  constructor(
    private readonly options: EndpointOptions,
    private current: EndpointList | undefined,
    private readonly logger: Logger,
  ) {
    if (options.endpointsFile !== '') this.timer = setInterval(() => this.reload(), RELOAD_MS).unref();
  }

  get list(): EndpointList | undefined {
    return this.current;
  }

  /** Loads the present file. While it is invalid, the last list stays active. */
  reload(): void {
    try {
      this.takeOver(readEndpoints(this.options));
      this.fault = undefined;
    } catch (error) {
      if (!(error instanceof EndpointListError)) throw error;
      this.failed(error.message);
    }
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private takeOver(list: EndpointList | undefined): void {
    if (list?.version === this.current?.version) return;
    this.current = list;
    this.logger.info({ version: list?.version }, 'the list of endpoints has changed');
  }

  private failed(fault: string): void {
    if (fault === this.fault) return;
    this.fault = fault;
    this.logger.warn({ reason: fault }, 'the list of endpoints is invalid: the last one stays active');
  }
}

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
