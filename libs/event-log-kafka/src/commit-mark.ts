/**
 * The prefix of the note of every commit by Sluice. A committed offset without it was written by another client, by a manual
 * reset, or by version 0.1.
 */
const MARK = 'sluice ';

export function markedMetadata(note: string): string {
  return MARK + note;
}

export function isMarked(metadata: string | null): boolean {
  return metadata?.startsWith(MARK) ?? false;
}

/** The note without the mark; unchanged if it has none. */
export function noteOf(metadata: string | null): string {
  return isMarked(metadata) ? metadata!.slice(MARK.length) : (metadata ?? '');
}
