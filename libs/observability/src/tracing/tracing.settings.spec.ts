import { describe, expect, it } from '@jest/globals';
import { PROCESS_SETTINGS, readSettings } from '@sluice/process';
import { TRACING_SETTINGS, tracingOptions } from './tracing.settings.js';

const readConfig = (env: Record<string, string>) => readSettings({ ...PROCESS_SETTINGS, ...TRACING_SETTINGS }, env);

describe('The settings of traces', () => {
  it('The settings of traces are off by default, with a ratio of one request in a hundred', () => {
    const options = tracingOptions(readConfig({}), 'gateway');
    expect(options).toMatchObject({ endpoint: '', headers: {}, sampler: 'traceidratio', ratio: 0.01 });
    expect(options.serviceName).toBe('sluice-gateway');
  });

  it.each(['0', '1', '0.5', '.25', '1.0'])('The settings of traces accept the ratio %s', (share) => {
    expect(readConfig({ OTEL_TRACES_SAMPLER_ARG: share }).traceRatio).toBe(Number(share));
  });

  it.each([
    ['OTEL_TRACES_SAMPLER_ARG', '1.01'],
    ['OTEL_TRACES_SAMPLER_ARG', '-0.1'],
    ['OTEL_TRACES_SAMPLER_ARG', '1e-2'],
    ['OTEL_TRACES_SAMPLER_ARG', '1%'],
    ['OTEL_TRACES_SAMPLER', 'always_on'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://collector:4317'],
  ])('The settings of traces refuse %s=%s', (key, value) => {
    expect(() => readConfig({ [key]: value })).toThrow(`${key} is "${value}"`);
  });

  it('The settings of traces accept headers in the form of OpenTelemetry', () => {
    const config = readConfig({ OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20dTpw==,x-scope=lab-7' });
    expect(tracingOptions(config, 'gateway').headers).toEqual({ authorization: 'Basic dTpw==', 'x-scope': 'lab-7' });
  });

  it('The settings of traces never show an invalid header, nor a password in the endpoint', () => {
    expect(() => readConfig({ OTEL_EXPORTER_OTLP_HEADERS: 'secret' })).not.toThrow(/secret/);
    expect(() => readConfig({ OTEL_EXPORTER_OTLP_HEADERS: 'secret' })).toThrow(/OTEL_EXPORTER_OTLP_HEADERS/);
    expect(() => readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://me:secret@host' })).not.toThrow(/secret/);
  });
});
