import { unescape } from 'node:querystring';
import { oneOf, type OptionsOf, ratio, type SettingsTable, text, wholeNumber } from '@sluice/settings';
import type { TracingOptions } from './tracing-options.js';

/** Traces. Off unless there is an endpoint. The variables are OpenTelemetry's own. */
export const TRACING_SETTINGS = {
  otlpEndpoint: text(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    '',
    /^https?:\/\/[^\s/]+(\/\S*)?$/,
    'http://host:4318',
    'Destination of traces, OTLP over HTTP. Empty: tracing is off.',
  ),
  otlpHeaders: {
    ...text(
      'OTEL_EXPORTER_OTLP_HEADERS',
      '',
      /^[^\s=,]+=[!-+\--~]+(,[^\s=,]+=[!-+\--~]+)*$/,
      'name=value,name2=value2 of printable ASCII without commas and spaces',
      'Headers to send with traces, such as the key of a hosted service.',
    ),
    isSecret: true,
  },
  otlpTimeoutMs: wholeNumber(
    'OTEL_EXPORTER_OTLP_TIMEOUT',
    5000,
    { min: 100, max: 60_000 },
    'Time limit for sending spans, retries included, in milliseconds; later spans are dropped.',
  ),
  traceSampler: oneOf(
    'OTEL_TRACES_SAMPLER',
    'traceidratio',
    ['traceidratio', 'parentbased_traceidratio'],
    'Which requests are traced. traceidratio: a share of all. parentbased_traceidratio: those whose traceparent is sampled, and a share of those without one.',
  ),
  traceRatio: ratio('OTEL_TRACES_SAMPLER_ARG', 0.01, 'The share of the requests that are traced.'),
} as const satisfies SettingsTable;

/**
 * What `openTracing` takes. A stop waits for the last spans for a small part of the time that it may take.
 *
 * @param app names the process in its traces
 */
export function tracingOptions(
  config: OptionsOf<typeof TRACING_SETTINGS> & { shutdownTimeoutMs: number },
  app: string,
): TracingOptions {
  return {
    endpoint: config.otlpEndpoint,
    headers: headersOf(config.otlpHeaders),
    sampler: config.traceSampler,
    ratio: config.traceRatio,
    serviceName: `sluice-${app}`,
    exportTimeoutMs: config.otlpTimeoutMs,
    flushTimeoutMs: config.shutdownTimeoutMs / 8,
  };
}

/** `name=value,name2=value2`; by OpenTelemetry's rules a value may be percent-encoded, as one with a space has to be. */
function headersOf(list: string): Record<string, string> {
  const pairs = [...list.matchAll(/([^=,]+)=([^,]+)/g)];
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, unescape(value)]));
}
