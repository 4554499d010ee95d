import { describe, expect, it } from '@jest/globals';
import { encodeReceipt } from '@sluice/contracts';
import { check, type StoredCopy } from './check.js';
import { Ledger } from './ledger.js';

const DEVICE = 'dev-1';
const report = (id: string) => ({
  device_id: DEVICE,
  record_id: id,
  timestamp: '2025-09-09T17:00:00Z',
  data_payload: { id },
});
const copy = (id: string, second = 0): StoredCopy => ({ ...report(id), stored_at: `2025-09-09T17:01:0${second}.000Z` });

function ledgerOf(...ids: string[]): Ledger {
  const ledger = new Ledger();
  for (const [offset, id] of ids.entries()) {
    ledger.sent(report(id));
    ledger.answered(DEVICE, id, 'acked', encodeReceipt(0, offset));
  }
  return ledger;
}

const NOTHING = { lost: [], doubled: [], phantoms: [], changed: [], reordered: [] };

describe('The check of a ledger', () => {
  it('The check of a ledger finds nothing when everything that was acked is stored once, as it was sent', () => {
    expect(check(ledgerOf('a', 'b'), [copy('a'), copy('b')], [])).toEqual(NOTHING);
  });

  it('The check of a ledger finds a record that is lost', () => {
    expect(check(ledgerOf('a', 'b'), [copy('a')], [])).toEqual({ ...NOTHING, lost: ['dev-1/b'] });
  });

  it('The check of a ledger finds a record that is doubled', () => {
    expect(check(ledgerOf('a'), [copy('a'), copy('a')], [])).toEqual({ ...NOTHING, doubled: ['dev-1/a'] });
  });

  it('The check of a ledger finds a record that was never sent, and one that was refused', () => {
    const ledger = ledgerOf('a');
    ledger.sent(report('r'));
    ledger.answered(DEVICE, 'r', 'refused');
    const findings = check(ledger, [copy('a'), copy('r'), copy('x')], []);
    expect(findings).toEqual({ ...NOTHING, phantoms: ['dev-1/r', 'dev-1/x'] });
  });

  it('The check of a ledger finds a record that was changed', () => {
    const payload = check(ledgerOf('a'), [{ ...copy('a'), data_payload: { id: 'b' } }], []);
    const timestamp = check(ledgerOf('a'), [{ ...copy('a'), timestamp: '2025-09-09T17:00:00.000Z' }], []);
    expect([payload, timestamp]).toEqual([
      { ...NOTHING, changed: ['dev-1/a'] },
      { ...NOTHING, changed: ['dev-1/a'] },
    ]);
  });

  it('The check of a ledger finds a record that was stored before one that was acked earlier', () => {
    expect(check(ledgerOf('a', 'b'), [copy('a', 2), copy('b', 1)], [])).toEqual({ ...NOTHING, reordered: ['dev-1/b'] });
  });

  it('The check of a ledger finds a record that is in the log before one that was acked earlier', () => {
    const ledger = new Ledger();
    for (const [id, offset] of [
      ['a', 5],
      ['b', 4],
    ] as const) {
      ledger.sent(report(id));
      ledger.answered(DEVICE, id, 'acked', encodeReceipt(0, offset));
    }
    expect(check(ledger, [copy('a'), copy('b')], []).reordered).toEqual(['dev-1/b']);
  });

  it('The check of a ledger allows a record with an unknown answer to be stored once or not at all', () => {
    const ledger = ledgerOf('a');
    ledger.sent(report('u'));
    expect(check(ledger, [copy('a')], [])).toEqual(NOTHING);
    expect(check(ledger, [copy('a'), copy('u')], [])).toEqual(NOTHING);
    expect(check(ledger, [copy('a'), copy('u'), copy('u')], []).doubled).toEqual(['dev-1/u']);
  });

  it('The check of a ledger counts a record that was dead-lettered as kept', () => {
    expect(check(ledgerOf('a'), [], [{ device_id: DEVICE, record_id: 'a' }])).toEqual(NOTHING);
  });

  it('The check of a ledger counts a record as acked even if a repeat of it failed', () => {
    const ledger = ledgerOf('a');
    ledger.answered(DEVICE, 'a', 'unknown');
    expect(check(ledger, [], []).lost).toEqual(['dev-1/a']);
  });
});
