import { readFile } from 'node:fs/promises';
import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC } from '@sluice/contracts';
import type { LogNames } from '@sluice/event-log';
import { ProblemError } from '@sluice/http';

const FOLDER = new URL('./assets/', import.meta.url);

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

export const PAGE = 'index.html';
/** What the page loads. */
const PARTS: ReadonlySet<string> = new Set([
  'status.css',
  'status.js',
  'event-stream.js',
  'measurements.js',
  'view.js',
  'dead-letters.html',
]);

export interface Asset {
  bytes: Buffer;
  mediaType: string;
}

/** @param name a part of the page. @throws ProblemError `not-found` */
export function readPart(name: string): Promise<Asset> {
  if (!PARTS.has(name)) throw new ProblemError('not-found', 'The console has no such part; it is at /.');
  return readAsset(name);
}

const kept = new Map<string, Asset>();

/** The runbook of the page names the topics as they are called here. */
export function withNames({ bytes, mediaType }: Asset, { events, deadLetters }: LogNames): Asset {
  const names: Readonly<Record<string, string>> = { [EVENTS_TOPIC]: events, [DEAD_LETTERS_TOPIC]: deadLetters };
  const text = bytes.toString().replace(/ingest\.(?:events|dead-letters)\b/g, (name) => names[name]!);
  return { bytes: Buffer.from(text), mediaType };
}

/** Read once: a flood of requests for them then costs no file. */
export async function readAsset(name: string): Promise<Asset> {
  const asset = kept.get(name) ?? (await readFrom(name));
  kept.set(name, asset);
  return asset;
}

async function readFrom(name: string): Promise<Asset> {
  const bytes = await readFile(new URL(name, FOLDER));
  return { bytes, mediaType: MEDIA_TYPES[name.slice(name.lastIndexOf('.') + 1)]! };
}
