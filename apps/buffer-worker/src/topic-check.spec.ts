import { beforeEach, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { DEFAULT_NAMES, EventLogError, UNREADABLE_SETTING, type TopicFinding } from '@sluice/event-log';
import type { Logger } from '@sluice/observability';
import { TopicCheck } from './topic-check.js';

const FINDING: TopicFinding = { topic: 'ingest.dead-letters', setting: 'retention.ms', detail: 'It removes records.' };

let lines: string[];
let registry: Registry;
let findings: () => Promise<TopicFinding[]>;
let check: TopicCheck;
beforeEach(() => {
  lines = [];
  registry = new Registry();
  findings = async () => [];
  const line = (level: string) => (about: unknown, text: unknown) => lines.push(`${level}: ${String(text ?? about)}`);
  const logger = { info: line('info'), warn: line('warn') } as unknown as Logger;
  check = new TopicCheck({ names: DEFAULT_NAMES, topicFindings: () => findings() }, logger, registry);
});

async function gauge(): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith('sluice_topic_setting_wrong'));
}

it('Correct topics are not logged', async () => {
  expect(await check.check()).toBe(true);
  expect(lines).toEqual([]);
  expect(await gauge()).toEqual([]);
});

it('A finding is logged once, shown while it lasts, and logged once when it ends', async () => {
  findings = async () => [FINDING];
  await check.check();
  await check.check();
  expect(lines).toEqual(['warn: It removes records.']);
  expect(check.wrong).toEqual([FINDING]);
  expect(await gauge()).toEqual(['sluice_topic_setting_wrong{topic="ingest.dead-letters",setting="retention.ms"} 1']);
  findings = async () => [];
  await check.check();
  expect(lines.at(-1)).toBe('info: the settings of the topics are correct again');
  expect(await gauge()).toEqual([]);
});

it('Findings are kept while the event log does not answer', async () => {
  findings = async () => [FINDING];
  await check.check();
  findings = () => Promise.reject(new EventLogError('unavailable', 'away'));
  expect(await check.check()).toBe(false);
  expect(check.wrong).toEqual([FINDING]);
});

it('Settings that may not be read appear only in the log', async () => {
  findings = async () => [{ ...FINDING, setting: UNREADABLE_SETTING, detail: 'It lacks a right.' }];
  await check.check();
  expect(lines).toEqual(['warn: It lacks a right.']);
  expect([check.wrong, await gauge()]).toEqual([[], []]);
});
