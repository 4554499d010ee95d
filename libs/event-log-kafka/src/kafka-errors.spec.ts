import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { causeOf, describeError, isFatal, isFenced, isTopicMissing, isTransientAnswer } from './kafka-errors.js';

const { KafkaJSConnectionError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError, KafkaJSRequestTimeoutError } =
  kafkajs;

describe('The errors of KafkaJS', () => {
  it.each(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])(
    'The error %s fences the member',
    (type) => {
      expect(isFenced(answer(type, false))).toBe(true);
      expect(isFatal(answer(type, false))).toBe(false);
    },
  );

  it('Errors are found through every layer that wraps them', () => {
    const wrapped = exceeded(exceeded(answer('ILLEGAL_GENERATION', false)));
    expect(isFenced(wrapped)).toBe(true);
    expect(describeError(wrapped)).toBe('ILLEGAL_GENERATION');
  });

  it('Errors are found in the collection for a request with several parts', () => {
    const refused = Object.assign(new Error('Topic creation errors'), {
      errors: [answer('INVALID_REPLICATION_FACTOR', false)],
    });
    expect(describeError(refused)).toBe('INVALID_REPLICATION_FACTOR');
  });

  it('Temporary failures are distinguished from those that a person has to fix', () => {
    expect(isFatal(answer('GROUP_AUTHORIZATION_FAILED', false))).toBe(true);
    expect(isFatal(exceeded(new KafkaJSConnectionError('Connection timeout')))).toBe(false);
    expect(isFatal(new TypeError('undefined'))).toBe(false);
  });

  it('A broker that is not ready is neither unavailable nor a missing topic', () => {
    expect(isTransientAnswer(exceeded(answer('GROUP_LOAD_IN_PROGRESS', true)))).toBe(true);
    expect(isTransientAnswer(new KafkaJSConnectionError('Connection timeout'))).toBe(false);
    expect(isTransientAnswer(answer('UNKNOWN_TOPIC_OR_PARTITION', true))).toBe(false);
    expect(isTopicMissing(answer('UNKNOWN_TOPIC_OR_PARTITION', true))).toBe(true);
  });
});

describe('The cause of a failure', () => {
  it.each([
    [
      'authentication',
      named('KafkaJSSASLAuthenticationError', 'SASL PLAIN authentication failed: Authentication failed'),
    ],
    ['authentication', answer('SASL_AUTHENTICATION_FAILED', false)],
    ['authentication', answer('UNSUPPORTED_SASL_MECHANISM', false)],
    ['authorization', answer('TOPIC_AUTHORIZATION_FAILED', false)],
    ['authorization', answer('GROUP_AUTHORIZATION_FAILED', false)],
    ['authorization', answer('CLUSTER_AUTHORIZATION_FAILED', false)],
    ['certificate', connectionError('SELF_SIGNED_CERT_IN_CHAIN')],
    ['certificate', connectionError('DEPTH_ZERO_SELF_SIGNED_CERT')],
    ['certificate', connectionError('UNABLE_TO_VERIFY_LEAF_SIGNATURE')],
    ['certificate', connectionError('UNABLE_TO_GET_ISSUER_CERT_LOCALLY')],
    ['certificate', connectionError('CERT_HAS_EXPIRED')],
    ['certificate', connectionError('ERR_TLS_CERT_ALTNAME_INVALID')],
    ['certificate', connectionError('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')],
    ['closed', connectionError('ERR_SSL_WRONG_VERSION_NUMBER')],
    ['closed', named('KafkaJSConnectionClosedError', 'Closed connection')],
    ['closed', connectionError('ECONNRESET')],
    ['dns', connectionError('ENOTFOUND')],
    ['dns', connectionError('EAI_AGAIN')],
    ['refused', connectionError('ECONNREFUSED')],
    ['timeout', connectionError('ETIMEDOUT')],
    ['timeout', new KafkaJSConnectionError('Connection timeout', { broker: 'broker:9092' })],
    ['timeout', new KafkaJSRequestTimeoutError('Request Metadata timed out', {} as never)],
    ['timeout', named('KafkaJSLockTimeout', 'Timeout while acquiring lock')],
    ['timeout', answer('REQUEST_TIMED_OUT', true)],
    ['not-enough-replicas', answer('NOT_ENOUGH_REPLICAS', true)],
    ['no-leader', answer('LEADER_NOT_AVAILABLE', true)],
    ['read-only', answer('KAFKA_STORAGE_ERROR', true)],
    ['record', answer('MESSAGE_TOO_LARGE', false)],
    ['unreachable', new KafkaJSConnectionError('Failed to connect: broken', { broker: 'broker:9092' })],
  ])('The cause is %s in %s', (cause, error) => {
    expect(causeOf(error)).toBe(cause);
    expect(causeOf(exceeded(exceeded(error)))).toBe(cause);
    expect(describeError(error)).toMatch(new RegExp(`^${cause}: `));
  });

  it.each([answer('ILLEGAL_GENERATION', false), new TypeError('undefined')])('No cause is guessed for %s', (error) => {
    expect(causeOf(error)).toBeUndefined();
  });
});

/** KafkaJS does not export these: built by name, as it creates them. */
function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function connectionError(code: string): Error {
  return new KafkaJSConnectionError('Connection error', { broker: 'broker:9092', code } as never);
}

function answer(type: string, retriable: boolean): Error {
  return new KafkaJSProtocolError(Object.assign(new Error('The broker says no'), { type, retriable, code: 1 }));
}

function exceeded(error: Error): Error {
  return new KafkaJSNumberOfRetriesExceeded(error, { retryCount: 5, retryTime: 100 });
}
