import { afterAll, afterEach, beforeAll, describe, jest } from '@jest/globals';
import type { EventLog } from '../event-log.js';
import { describeClosing } from './closing-contract.js';
import { describeGroups } from './group-contract.js';
import { describeInspecting } from './inspecting-contract.js';
import { LogUnderTest } from './log-under-test.js';
import { describePausing } from './pausing-contract.js';
import { describePublishing } from './publishing-contract.js';
import { describePulling } from './pulling-contract.js';
import { describeTopics } from './topics-contract.js';

export interface EventLogContractOptions {
  /** Time limit of one test, in milliseconds; joining a group of a real broker takes seconds. Default: 60,000. */
  testTimeoutMs?: number;
}

/**
 * The contract of `event-log.ts`, as sentences. Every adapter's suite calls it.
 * Topics and groups have unique names, so it may run against a log that others use.
 *
 * @param openLog opens a log; called once for most tests together and once more for each test about closing.
 *   The suite closes what it opened.
 */
export function describeEventLogContract(
  name: string,
  openLog: () => Promise<EventLog>,
  options: EventLogContractOptions = {},
): void {
  describe(`${name} keeps the contract of the event log`, () => {
    jest.setTimeout(options.testTimeoutMs ?? 60_000);
    const underTest = new LogUnderTest(openLog);

    beforeAll(() => underTest.open());
    afterEach(() => underTest.closeSubscriptions());
    afterAll(() => underTest.close());

    describeTopics(underTest);
    describePublishing(underTest);
    describePulling(underTest);
    describePausing(underTest);
    describeGroups(underTest);
    describeInspecting(underTest);
    describeClosing(openLog);
  });
}

/** The part of the contract that is about publishing, for another publisher of the same adapter. */
export function describePublishingContract(name: string, openLog: () => Promise<EventLog>): void {
  describe(`${name} keeps the contract of the event log`, () => {
    jest.setTimeout(60_000);
    const underTest = new LogUnderTest(openLog);

    beforeAll(() => underTest.open());
    afterEach(() => underTest.closeSubscriptions());
    afterAll(() => underTest.close());

    describePublishing(underTest);
    describeClosing(openLog);
  });
}
