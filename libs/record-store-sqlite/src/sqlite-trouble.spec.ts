import { describe, expect, it } from '@jest/globals';
import { fileTrouble } from './sqlite-trouble.js';

describe('Trouble with the records file', () => {
  it.each([
    [5, /another process uses it: stop that one/],
    [13, /the disk is full: make room/],
    [10, /the disk failed/],
    [522, /the disk failed/],
    [1, /no such table/],
  ])('The store is unavailable with advice: result code %i', (errcode, advice) => {
    const failure = { message: 'no such table', errcode };
    const error = fileTrouble('/data/records.db', failure);
    expect(error).toMatchObject({ name: 'RecordStoreError', code: 'unavailable', cause: failure });
    expect(error.message).toMatch(advice);
    expect(error.message).toContain('/data/records.db');
  });
});
