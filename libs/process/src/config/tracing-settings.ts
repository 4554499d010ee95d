import { oneOf, text, wholeNumber, type Setting } from './setting.js';

/** Traces. Off unless there is an endpoint. The keys are OpenTelemetry's own. */
export const TRACING_SETTINGS = {
  otlpEndpoint: text(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    '',
    /^https?:\/\/[^\s/]+(\/\S*)?$/,
    'http://host:4318',
    'Where traces are sent, as OTLP over HTTP. Empty: nothing is traced.',
  ),
  otlpHeaders: text(
    'OTEL_EXPORTER_OTLP_HEADERS',
    '',
    /^[^\s=,]+=[!-+\--~]+(,[^\s=,]+=[!-+\--~]+)*$/,
    'name=value,name2=value2 of printable ASCII without commas and spaces',
    'Headers that are sent with traces, such as the key of a hosted service.',
  ),
  otlpTimeoutMs: wholeNumber(
    'OTEL_EXPORTER_OTLP_TIMEOUT',
    5000,
    { min: 100, max: 60_000 },
    'Spans that are not taken within so many milliseconds, with all repeats, are dropped.',
  ),
  traceSampler: oneOf(
    'OTEL_TRACES_SAMPLER',
    'traceidratio',
    ['traceidratio', 'parentbased_traceidratio'],
    'Which requests are traced. traceidratio: a share of them. parentbased_traceidratio: those whose traceparent says so, and a share of those without one.',
  ),
  traceRatio: ratio('OTEL_TRACES_SAMPLER_ARG', 0.01, 'The share of the requests that are traced.'),
} as const;

function ratio(key: string, fallback: number, description: string): Setting<number> {
  const parse = (given: string): number | undefined => {
    const value = /^\d*\.?\d+$/.test(given) ? Number(given) : NaN;
    return value <= 1 ? value : undefined;
  };
  return { key, fallback, allowed: 'a number from 0 to 1', description, parse };
}
