import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';

const MIB = 1024 * 1024;
const RECORDS = 40;

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start({
    maxBodyBytes: 8 * MIB,
    maxInflatedBytes: 8 * MIB,
    maxBytesInFlight: 16 * MIB,
  });
});
afterAll(() => gateway.stop());

it('A long batch yields the event loop between its records, and is published as a whole', async () => {
  const record = { ...SEED_RECORD, data_payload: { trace: 'x'.repeat(MIB / 8) } };
  let turnsWithBatch = 0;
  const count = (): void => {
    if (gateway.admission.requests > 0) turnsWithBatch++;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);
  const { status } = await gateway.post(new Array(RECORDS).fill(record));
  clearImmediate(immediate);
  expect(status).toBe(202);
  expect(turnsWithBatch).toBeGreaterThanOrEqual(RECORDS);
  expect(gateway.publisher.records).toHaveLength(RECORDS);
});

it('A batch that is not JSON in its last record publishes nothing', async () => {
  gateway.publisher.records.length = 0;
  const text = JSON.stringify(new Array(RECORDS).fill(SEED_RECORD));
  const { status, body } = await gateway.post(text.replace(/.{3}$/, '}'));
  expect([status, body.code]).toEqual([400, 'invalid-json']);
  expect(gateway.publisher.records).toEqual([]);
});
