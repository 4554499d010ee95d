import { availableParallelism } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { readGatewayConfig } from '../settings.js';
import { processShare } from './process-share.js';

const KAFKA = { EVENT_LOG_URL: 'kafka://broker:9092' };
const MIB = 1024 * 1024;

function shareOf(env: Record<string, string>) {
  return processShare(readGatewayConfig({ ...KAFKA, ...env }));
}

describe('GATEWAY_PROCESSES', () => {
  it('GATEWAY_PROCESSES is 1 by default, and divides nothing then', () => {
    const config = readGatewayConfig(KAFKA);
    expect(config.gatewayProcesses).toBe(1);
    expect(processShare(config)).toBe(config);
  });

  it('GATEWAY_PROCESSES may be as many as there are cores', () => {
    expect(readGatewayConfig({ ...KAFKA, GATEWAY_PROCESSES: 'auto' }).gatewayProcesses).toBe(availableParallelism());
  });

  it.each(['0', '129', '-1', 'all', '2.5'])('GATEWAY_PROCESSES cannot be %s', (value) => {
    expect(() => shareOf({ GATEWAY_PROCESSES: value })).toThrow(/^GATEWAY_PROCESSES is .*; allowed: auto, or a whole/);
  });
});

describe('The budgets of one of several processes', () => {
  it('The budgets of one of several processes are a share of those of the gateway', () => {
    const share = shareOf({
      GATEWAY_PROCESSES: '4',
      MAX_CONCURRENT_REQUESTS: '10',
      MAX_BYTES_IN_FLIGHT: `${200 * MIB}`,
    });
    expect(share).toMatchObject({ maxConcurrentRequests: 2, maxBytesInFlight: 50 * MIB });
  });

  it('The budgets of one of several processes grow to fit the largest request if they are not set', () => {
    expect(shareOf({ GATEWAY_PROCESSES: '8' }).maxBytesInFlight).toBe(24 * MIB);
  });

  it.each([
    [
      { GATEWAY_PROCESSES: '4', MAX_CONCURRENT_REQUESTS: '3' },
      'MAX_CONCURRENT_REQUESTS is 3; allowed: at least 4, one for each of GATEWAY_PROCESSES, or fewer processes.',
    ],
    [
      { GATEWAY_PROCESSES: '4', MAX_BYTES_IN_FLIGHT: `${64 * MIB}` },
      `MAX_BYTES_IN_FLIGHT is ${64 * MIB}; allowed: at least ${96 * MIB}, MAX_BODY_BYTES and MAX_INFLATED_BYTES for each of ` +
        'GATEWAY_PROCESSES, or fewer processes.',
    ],
  ])('The budgets of several processes are refused if they cannot be divided: %j', (env, message) => {
    expect(() => shareOf(env)).toThrow(new Error(message));
  });
});
