import { describe, expect, it } from '@jest/globals';
import { findingsIn } from './topic-settings.js';

const UNLIMITED = { 'retention.ms': '-1', 'retention.bytes': '-1', 'cleanup.policy': 'delete' };

describe('findingsIn', () => {
  it.each([
    ['nothing in a topic that keeps all', true, {}, []],
    ['a limit by age', true, { 'retention.ms': '604800000' }, ['retention.ms']],
    ['a limit by size', true, { 'retention.bytes': '1073741824' }, ['retention.bytes']],
    ['compaction', true, { 'cleanup.policy': 'compact,delete' }, ['cleanup.policy']],
    ['compaction of events', false, { 'cleanup.policy': 'compact' }, ['cleanup.policy']],
    ['unclean elections', false, { 'unclean.leader.election.enable': 'true' }, ['unclean.leader.election.enable']],
    ['acknowledgements of one copy', false, { 'min.insync.replicas': '1' }, ['min.insync.replicas']],
    ['nothing in acknowledgements of two copies', false, { 'min.insync.replicas': '2' }, []],
    ['a codec that cannot be read', false, { 'compression.type': 'lz4' }, ['compression.type']],
    ['nothing in a codec that can be read', false, { 'compression.type': 'zstd' }, []],
    ['a limit below the largest record', false, { 'max.message.bytes': '1048587' }, ['max.message.bytes']],
    ['nothing in a limit at the largest record', false, { 'max.message.bytes': '1048588' }, []],
    ['nothing in events that expire', false, { 'retention.ms': '604800000', 'retention.bytes': '1' }, []],
  ])('The findings have %s', (_, keepsAll, settings, found) => {
    const findings = findingsIn('topic', new Map(Object.entries({ ...UNLIMITED, ...settings })), {
      keepsAll,
      copies: 3,
      maxRecordBytes: 1_048_588,
    });
    expect(findings.map(({ setting }) => setting)).toEqual(found);
    for (const { detail, setting } of findings) expect(detail).toMatch(new RegExp(`--add-config ${setting}=`));
  });
});
