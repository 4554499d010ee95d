import { describe, expect, it } from '@jest/globals';
import { MAX_POINTER_LENGTH } from './json-pointer.js';
import { MAX_DETAIL_LENGTH, MAX_PROBLEM_BYTES, problemOf } from './problem.js';

const entryAt = (pointer: string) => ({ pointer, code: 'unknown-field', detail: 'This field is not known.' });
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('A problem', () => {
  it('A problem has its errors as they are, if they are few and short', () => {
    const errors = [entryAt('/a'), entryAt(`/${'b'.repeat(MAX_POINTER_LENGTH - 1)}`)];
    expect(problemOf('invalid-record', 'Wrong.', { errors })).toMatchObject({ detail: 'Wrong.', errors });
  });

  it('A problem cuts a pointer and marks the cut, between characters', () => {
    const { errors } = problemOf('invalid-record', 'Wrong.', { errors: [entryAt(`/${'\u{1f600}'.repeat(1000)}`)] });
    expect(errors![0]!.pointer).toBe(`/${'\u{1f600}'.repeat(MAX_POINTER_LENGTH - 2)}\u2026`);
  });

  it('A problem cuts a detail', () => {
    expect(problemOf('forbidden', 'x'.repeat(1_000_000)).detail).toBe(`${'x'.repeat(MAX_DETAIL_LENGTH - 1)}\u2026`);
  });

  it.each(['a', '\u0001', '\ud800', '\u{1f600}'])(
    'A problem is bounded whatever its pointers contain: %j',
    (character) => {
      const errors = new Array(10_000).fill(entryAt(`/${character.repeat(2000)}`));
      const problem = problemOf('invalid-record', character.repeat(2000), { errors });
      expect(bytesOf({ ...problem, instance: '\u0001'.repeat(MAX_DETAIL_LENGTH) })).toBeLessThanOrEqual(
        MAX_PROBLEM_BYTES,
      );
      expect(problem.errors!.length).toBeGreaterThan(10);
      expect(problem.detail).toContain(`Of 10000 errors ${problem.errors!.length} are listed.`);
    },
  );
});
