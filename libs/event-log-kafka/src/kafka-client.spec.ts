import { describe, expect, it } from '@jest/globals';
import { brokersOf } from './kafka-client.js';

describe('brokersOf', () => {
  it('Every broker of the URL is listed', () => {
    expect(brokersOf('kafka://one:9092,two:9093')).toEqual(['one:9092', 'two:9093']);
  });

  it('A missing port is the usual one, and a slash at the end is ignored', () => {
    expect(brokersOf('kafka://one,two:9093/')).toEqual(['one:9092', 'two:9093']);
  });
});
