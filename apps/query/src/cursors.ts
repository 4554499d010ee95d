import { type Cursors, decodeCursor } from '@sluice/contracts';
import { ProblemError } from '@sluice/http';

/** @throws ProblemError `invalid-cursor` for a text that is not a cursor of this kind */
export function readCursor<Kind extends keyof Cursors>(
  text: string | undefined,
  kind: Kind,
): Cursors[Kind] | undefined {
  if (text === undefined) return undefined;
  const cursor = decodeCursor(text, kind);
  if (cursor === undefined) throw invalidCursor();
  return cursor;
}

/** For an unreadable cursor, or one of another query. */
export function invalidCursor(): ProblemError {
  const detail =
    'cursor must be the next_cursor of an earlier page of this same query, unchanged; begin again without it.';
  return new ProblemError('invalid-cursor', detail, { errors: [{ pointer: '?cursor', code: 'cursor', detail }] });
}
