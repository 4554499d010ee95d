import { readFileSync } from 'node:fs';
import type { OnApplicationShutdown } from '@nestjs/common';
import { parseSources, type Source, type Sources, SourcesError } from '@sluice/ingest';
import type { Logger } from '@sluice/observability';
import type { SourcesOptions } from './sources.settings.js';

/** The file is read, not watched: a mounted one is changed by moving a link, which no watch on the file sees. */
const RELOAD_MS = 2_000;

const NO_SOURCES: SourcesText = { text: '', sources: new Map() };

interface SourcesText {
  text: string;
  sources: Sources;
}

/** The sources as their file says them now. While it cannot be used, the last ones stay. */
export class SourceFeed implements OnApplicationShutdown {
  private readonly timer: NodeJS.Timeout | undefined;
  /** Why the file cannot be used now, so that it is logged once. */
  private fault: string | undefined;

  /** @param current what the file says at the start */
  constructor(
    private readonly options: SourcesOptions,
    private current: SourcesText,
    private readonly logger: Logger,
  ) {
    if (options.sourcesFile !== '') this.timer = setInterval(() => this.reload(), RELOAD_MS).unref();
  }

  source(name: string): Source | undefined {
    return this.current.sources.get(name);
  }

  /** Loads the present file. */
  reload(): void {
    try {
      this.takeOver(readSources(this.options, this.current));
      this.fault = undefined;
    } catch (error) {
      if (!(error instanceof SourcesError)) throw error;
      this.failed(error.message);
    }
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private takeOver(read: SourcesText): void {
    if (read === this.current) return;
    this.current = read;
    this.logger.info({ sources: [...read.sources.keys()] }, 'the sources have changed');
  }

  private failed(fault: string): void {
    if (fault === this.fault) return;
    this.fault = fault;
    this.logger.warn({ reason: fault }, 'SOURCES_FILE is invalid: the last sources stay active');
  }
}

/**
 * @param known what was read before: comes back if the file has not changed
 * @throws SourcesError that names the source and the fix
 */
export function readSources({ sourcesFile }: SourcesOptions, known: SourcesText = NO_SOURCES): SourcesText {
  if (sourcesFile === '') return NO_SOURCES;
  const text = textOf(sourcesFile);
  return text === known.text ? known : { text, sources: parseSources(text, `SOURCES_FILE (${sourcesFile})`) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SourcesError(`SOURCES_FILE: ${file} cannot be read (${code}); name a readable file.`);
  }
}
