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

  it('A member is forgotten when its fetches are answered and its heartbeats are not', () => {
    expect(fetchesFor(16)).toBe(false);
    expect(fetchesFor(1)).toBe(true);
  });

  it('The time counts from the last successful heartbeat', () => {
    fetchesFor(15);
    contact.onContact();
    expect(fetchesFor(16)).toBe(false);
  });

  it('The time starts again when the event log was unavailable between two fetches', () => {
    fetchesFor(1);
    nowMs += 3_600_000;
    contact.interrupted();
    expect(fetchesFor(16)).toBe(false);
    expect(fetchesFor(1)).toBe(true);
  });

  it('A time without fetches shows nothing, whether the event log was unavailable or nothing was requested', () => {
    fetchesFor(1);
    contact.onContact();
    nowMs += 3_600_000;
    expect(contact.isForgottenAtFetch()).toBe(false);
  });
});
