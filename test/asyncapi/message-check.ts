import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { LogRecord } from '@sluice/event-log';

const DOCUMENT = 'asyncapi';
/** As it is served at `/asyncapi.json`. */
const COMMITTED = new URL('../../libs/contracts/asyncapi/asyncapi.json', import.meta.url);

const { components } = JSON.parse(readFileSync(COMMITTED, 'utf8')) as { components: object };
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema({ components }, DOCUMENT);

/** What of a log record does not fit the message of that name in the document; empty if all does. */
export function misfits(message: 'ingestEvent' | 'deadLetter', { key, value, headers }: LogRecord): string[] {
  const place = `${DOCUMENT}#/components/messages/${message}`;
  const wrong = errorsOf(`${place}/headers`, headers);
  if (message === 'deadLetter') return wrong;
  return [
    ...wrong,
    ...errorsOf(`${place}/bindings/kafka/key`, String(key)),
    ...errorsOf(`${place}/payload`, JSON.parse(String(value))),
  ];
}

function errorsOf(place: string, value: unknown): string[] {
  const check = ajv.compile({ $ref: place });
  check(value);
  return (check.errors ?? []).map(({ instancePath, message }) => `${place}: ${instancePath} ${message}`);
}
