import { describe, expect, it } from '@jest/globals';
import { Random } from '../load/ledger/random.js';
import { wavesIn } from './waves.js';

const BINS = 600;
const LAGS = { least: 10, greatest: 150 };

const bins = (count: (bin: number, random: Random) => number): number[] => {
  const random = new Random(1);
  return Array.from({ length: BINS }, (_, bin) => count(bin, random));
};

describe('wavesIn', () => {
  it('wavesIn finds nothing beyond chance in requests that come at any time', () => {
    const waves = wavesIn(
      bins((_bin, random) => random.between(0, 20)),
      LAGS,
    );
    expect(waves!.autocorrelation).toBeLessThan(waves!.chance);
  });

  it('wavesIn finds the period of devices that come back together', () => {
    const waves = wavesIn(
      bins((bin, random) => random.between(0, 5) + (bin % 30 < 3 ? 100 : 0)),
      LAGS,
    );
    expect(waves!.autocorrelation).toBeGreaterThan(0.8);
    expect(waves!.lag).toBe(30);
  });

  it('wavesIn finds waves that decay', () => {
    const waves = wavesIn(
      bins((bin, random) => random.between(0, 5) + 100 * Math.exp(-bin / 100) * (bin % 20 < 2 ? 1 : 0)),
      LAGS,
    );
    expect(waves!.autocorrelation).toBeGreaterThan(waves!.chance);
    expect(waves!.lag).toBe(20);
  });

  it('wavesIn finds no wave in a load that falls slowly', () => {
    const waves = wavesIn(
      bins((bin, random) => random.between(0, 20) + (BINS - bin) / 5),
      LAGS,
    );
    expect(waves!.autocorrelation).toBeLessThan(waves!.chance);
  });

  it('wavesIn finds nothing in a series that is too short or empty', () => {
    expect(wavesIn([1, 2, 3], LAGS)).toBeUndefined();
    expect(
      wavesIn(
        bins(() => 0),
        LAGS,
      ),
    ).toBeUndefined();
  });
});
