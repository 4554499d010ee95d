import { describe, expect, it } from '@jest/globals';
import { checkReport } from '@sluice/contracts';
import { Random } from '../load/ledger/random.js';
import { OfflineSpells } from './faults.js';
import { profileOf, PROFILES, type Profile } from './profiles.js';

const MEAN_MS = 500;
const REPORTS = 20_000;

const reportOf = (profile: Profile, random: Random, number: number) => ({
  device_id: 'dev-1',
  record_id: `r${number}`,
  timestamp: '2025-09-09T17:00:00Z',
  data_payload: profile.payload(random, number),
});

describe.each(PROFILES)('A device of the profile %s', (name) => {
  it('A device of the profile reports at the rate that it is given, on average', () => {
    const random = new Random(3);
    const profile = profileOf(name, random);
    let sumMs = 0;
    for (let number = 0; number < REPORTS; number++) sumMs += profile.pauseMs(random, MEAN_MS, number);
    expect(sumMs / REPORTS).toBeGreaterThan(0.95 * MEAN_MS);
    expect(sumMs / REPORTS).toBeLessThan(1.05 * MEAN_MS);
  });

  it('A device of the profile reports records that a gateway accepts, the same for the same seed', () => {
    const reports = [new Random(3), new Random(3)].map((random) =>
      Array.from({ length: 50 }, (_, number) => reportOf(profileOf(name, random), random, number)),
    );
    expect(reports[0]!.flatMap((report) => checkReport(report))).toEqual([]);
    expect(reports[1]).toEqual(reports[0]);
  });
});

describe('Phases without a network', () => {
  it('Phases without a network begin and end at the same times for the same seed', () => {
    const seconds = Array.from({ length: 600 }, (_, second) => second * 1000);
    const [once, again] = [new OfflineSpells(new Random(5)), new OfflineSpells(new Random(5))];
    const states = seconds.map((atMs) => once.isOffline(atMs));
    expect(seconds.map((atMs) => again.isOffline(atMs))).toEqual(states);
    const offline = states.filter(Boolean).length;
    expect(offline).toBeGreaterThan(60);
    expect(offline).toBeLessThan(300);
  });
});
