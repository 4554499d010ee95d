import { describe, expect, it } from '@jest/globals';
import { KafkaJSConnectionError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { describeError, isFatal, isFenced, isTopicMissing, isTransientAnswer } from './kafka-errors.js';

describe('the errors of KafkaJS', () => {
  it.each(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])('know %s for a fence', (type) => {
    expect(isFenced(answer(type, false))).toBe(true);
    expect(isFatal(answer(type, false))).toBe(false);
  });

  it('are known through every layer that gave up on them', () => {
    const wrapped = exceeded(exceeded(answer('ILLEGAL_GENERATION', false)));
    expect(isFenced(wrapped)).toBe(true);
    expect(describeError(wrapped)).toBe('ILLEGAL_GENERATION');
  });

  it('are known in the collection for a request that names several things', () => {
    const refused = Object.assign(new Error('Topic creation errors'), {
      errors: [answer('INVALID_REPLICATION_FACTOR', false)],
    });
    expect(describeError(refused)).toBe('INVALID_REPLICATION_FACTOR');
  });

  it('tell what passes from what a person has to fix', () => {
    expect(isFatal(answer('GROUP_AUTHORIZATION_FAILED', false))).toBe(true);
    expect(isFatal(exceeded(new KafkaJSConnectionError('Connection timeout')))).toBe(false);
    expect(isFatal(new TypeError('undefined'))).toBe(false);
  });

  it('tell a broker that is not ready from one that is away, and from a missing topic', () => {
    expect(isTransientAnswer(exceeded(answer('GROUP_LOAD_IN_PROGRESS', true)))).toBe(true);
    expect(isTransientAnswer(new KafkaJSConnectionError('Connection timeout'))).toBe(false);
    expect(isTransientAnswer(answer('UNKNOWN_TOPIC_OR_PARTITION', true))).toBe(false);
    expect(isTopicMissing(answer('UNKNOWN_TOPIC_OR_PARTITION', true))).toBe(true);
  });
});

function answer(type: string, retriable: boolean): Error {
  return new KafkaJSProtocolError(Object.assign(new Error('The broker says no'), { type, retriable, code: 1 }));
}

function exceeded(error: Error): Error {
  return new KafkaJSNumberOfRetriesExceeded(error, { retryCount: 5, retryTime: 100 });
}
