import { describe, expect, it } from '@jest/globals';
import { readQueryConfig } from './settings.js';

const ENGINES = { EVENT_LOG_URL: 'kafka://broker:9092', RECORD_STORE_URL: 'mongodb://db/sluice' };

describe('readQueryConfig', () => {
  it('A file of either engine is refused', () => {
    expect(() => readQueryConfig(ENGINES)).not.toThrow();
    expect(() => readQueryConfig({ ...ENGINES, EVENT_LOG_URL: '' })).toThrow(/EVENT_LOG_URL/);
    expect(() => readQueryConfig({ ...ENGINES, RECORD_STORE_URL: '' })).toThrow(/RECORD_STORE_URL/);
  });

  it('The configuration does not hold the secrets of other apps', () => {
    const config = readQueryConfig({ ...ENGINES, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=s3cret' });
    expect(JSON.stringify(config)).not.toContain('s3cret');
  });
});
