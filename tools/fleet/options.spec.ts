import { describe, expect, it } from '@jest/globals';
import { fleetOptions, FleetOptionError, helpText } from './options.js';

const errorOf = (...args: string[]): string => {
  try {
    fleetOptions(args);
  } catch (error) {
    if (error instanceof FleetOptionError) return error.message;
    throw error;
  }
  return 'none';
};

describe('The options of a fleet', () => {
  it('The options of a fleet are taken as they are given', () => {
    const endpoints = '--endpoints=http://127.0.0.1:8001,http://127.0.0.1:8002/';
    const given = [
      '--devices=1000',
      '--rate=0.5',
      '--duration',
      '2m',
      endpoints,
      '--seed=7',
      '--faults=offline,malformed',
    ];
    expect(fleetOptions([...given, '--profile=lab', '--fixed'])).toMatchObject({
      devices: 1000,
      rate: 0.5,
      durationMs: 120_000,
      endpoints: ['http://127.0.0.1:8001', 'http://127.0.0.1:8002'],
      seed: 7,
      faults: ['offline', 'malformed'],
      profile: 'lab',
      isFixed: true,
    });
  });

  it('The options of a fleet may be empty: then the fleet reports to npm start, without faults', () => {
    expect(fleetOptions([])).toMatchObject({
      endpoints: ['http://127.0.0.1:8000'],
      faults: [],
      isFixed: false,
      token: undefined,
    });
  });

  it.each([
    ['--devices=0', '--devices is "0"; allowed: a whole number from 1 to 100000.'],
    ['--devices=1.5', '--devices is "1.5"; allowed: a whole number from 1 to 100000.'],
    ['--rate=fast', '--rate is "fast"; allowed: a number from 0.001 to 1000.'],
    ['--rate=', '--rate is ""; allowed: a number from 0.001 to 1000.'],
    ['--duration=60', '--duration is "60"; allowed: a time like 500ms, 30s, 5m or 1h, up to a day.'],
    [
      '--endpoints=127.0.0.1:8000',
      '--endpoints is "127.0.0.1:8000"; allowed: http:// or https:// URLs without user and query, each once.',
    ],
    [
      '--endpoints=http://a,http://a/',
      '--endpoints is "http://a,http://a/"; allowed: http:// or https:// URLs without user and query, each once.',
    ],
    ['--profile=robot', '--profile is "robot"; allowed: one of sensor, lab, machine, mixed.'],
    ['--faults=fire', '--faults is "fire"; allowed: any of clock-skew, offline, duplicates, malformed.'],
    ['--token-file=/nowhere', '--token-file is "/nowhere"; allowed: a file that can be read and has one token in it.'],
    ['--devcies=7', "Unknown option '--devcies'. npm run fleet -- --help shows what there is."],
  ])('The option %s is refused with its value and the allowed values', (arg, message) => {
    expect(errorOf(arg)).toBe(message);
  });

  it('The options of a fleet are all in the help', () => {
    expect(fleetOptions(['--help'])).toBeUndefined();
    for (const name of [
      'devices',
      'rate',
      'duration',
      'endpoints',
      'seed',
      'profile',
      'faults',
      'token-file',
      'fixed',
    ]) {
      expect(helpText()).toContain(`--${name}`);
    }
  });
});
