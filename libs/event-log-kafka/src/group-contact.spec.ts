import { beforeEach, describe, expect, it } from '@jest/globals';
import { GroupContact } from './group-contact.js';

describe('GroupContact', () => {
  let nowMs: number;
  let contact: GroupContact;

  beforeEach(() => {
    nowMs = 1_000;
    contact = new GroupContact(() => nowMs);
  });

  function fetchesFor(seconds: number): boolean {
    const isForgotten = Array.from({ length: seconds }, () => {
      nowMs += 1_000;
      return contact.isForgottenAtFetch();
    });
    return isForgotten.at(-1)!;
  }

  it('knows that the group has forgotten a member whose fetches are answered and whose heartbeats are not', () => {
    expect(fetchesFor(16)).toBe(false);
    expect(fetchesFor(1)).toBe(true);
  });

  it('counts from the last heartbeat that came through', () => {
    fetchesFor(15);
    contact.heard();
    expect(fetchesFor(16)).toBe(false);
  });

  it('counts anew when the log was away between two fetches', () => {
    fetchesFor(1);
    nowMs += 3_600_000;
    contact.interrupted();
    expect(fetchesFor(16)).toBe(false);
    expect(fetchesFor(1)).toBe(true);
  });

  it('takes nothing from a time without fetches, when the log was away or nothing was asked for', () => {
    fetchesFor(1);
    contact.heard();
    nowMs += 3_600_000;
    expect(contact.isForgottenAtFetch()).toBe(false);
  });
});
