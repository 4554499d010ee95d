import { describe, expect, it } from '@jest/globals';
import { brokersOf } from './kafka-client.js';

describe('brokersOf', () => {
  it('names every broker of the URL', () => {
    expect(brokersOf('kafka://one:9092,two:9093')).toEqual(['one:9092', 'two:9093']);
  });

  it('takes the usual port where none is said, and no notice of a slash at the end', () => {
    expect(brokersOf('kafka://one,two:9093/')).toEqual(['one:9092', 'two:9093']);
  });
});
