import type { ArchiveObserver, PauseReason } from '@sluice/archive';
import type { Logger } from '@sluice/observability';

/** One line for each change of state, and one for the first record of a partition that is not an event. */
export class ArchiveLog implements ArchiveObserver {
  readonly #unreadable = new Set<number>();

  constructor(private readonly logger: Logger) {}

  pauseChanged(reason: PauseReason | undefined, message: string): void {
    if (reason === undefined) this.logger.info('archiving goes on');
    else this.logger.warn({ reason }, `archiving is paused, and goes on by itself: ${message}`);
  }

  objectStored({ key, rows, bytes }: { key: string; rows: number; bytes: number }): void {
    this.logger.debug({ key, rows, bytes }, 'an object is archived');
  }

  unreadable(place: { partition: number; offset: number }, detail: string): void {
    if (this.#unreadable.has(place.partition)) return;
    this.#unreadable.add(place.partition);
    const advice = 'the record is not an event and is not archived; the dead-letter topic has its bytes';
    this.logger.warn({ ...place, detail }, `${advice}; sluice_archive_unreadable_records_total counts the next ones`);
  }

  dropped(partition: number, records: number): void {
    this.logger.info({ partition, records }, 'open objects are given up; their records are read again');
  }
}
