/** A note that a paused worker commits with its offsets, for readers of the buffer. */
interface WorkerNote {
  state: 'paused';
  /** A stable code: `store_unreachable`, `poison_flood`, ... */
  reason: string;
  /** RFC 3339; the worker renews it every {@link NOTE_INTERVAL_MS}. */
  at: string;
}

export const NOTE_INTERVAL_MS = 5_000;
/** A note that was not renewed for this long says nothing: its worker is gone. */
const NOTE_STALE_AFTER_MS = 30_000;

export function encodeNote(note: WorkerNote): string {
  return JSON.stringify(note);
}

/** The note, or `undefined` if there is none, it is someone else's, or it is stale. */
export function decodeNote(text: string, nowMs: number): WorkerNote | undefined {
  try {
    const note = JSON.parse(text) as Partial<WorkerNote> | null;
    if (note?.state !== 'paused' || typeof note.reason !== 'string' || typeof note.at !== 'string') return undefined;
    return Date.parse(note.at) > nowMs - NOTE_STALE_AFTER_MS ? (note as WorkerNote) : undefined;
  } catch {
    return undefined;
  }
}
