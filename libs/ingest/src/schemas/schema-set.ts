import { setImmediate } from 'node:timers/promises';
import { type Holder, deviceHolder, devicesHolder, speaksFor } from '../access/holder.js';
import { compileFile, type PayloadSchema } from './payload-schema.js';
import { readFileOf, type SchemaFiles, SchemasError } from './schema-files.js';

const MODES = ['off', 'warn', 'enforce'] as const;
type SchemaMode = (typeof MODES)[number];

/** One line of `devices.txt`. */
export interface SchemaRule {
  /** Left out: all devices. */
  devices: Holder | undefined;
  /** `thermometer/2` */
  name: string;
  mode: SchemaMode;
}

/** What holds for the payloads of one device. */
export interface AppliedSchema {
  schema: PayloadSchema;
  mode: Exclude<SchemaMode, 'off'>;
}

const MAX_DEVICES_BYTES = 1024 * 1024;
const MAX_KEPT_DEVICES = 10_000;
const ARROW = '->';
const TARGET = /^([A-Za-z0-9._-]+\/[A-Za-z0-9._-]+)(?:\s+(\S+))?$/;

/** The schemas of a directory, and which devices they are for. */
export class SchemaSet {
  /** By device: a list may have thousands of lines. */
  readonly #known = new Map<string, AppliedSchema | undefined>();

  constructor(
    private readonly schemas: ReadonlyMap<string, PayloadSchema>,
    private readonly rules: readonly SchemaRule[],
    readonly fingerprint: string,
  ) {}

  get names(): string[] {
    return [...this.schemas.keys()];
  }

  /** By the first line that names the device. */
  of(deviceId: string): AppliedSchema | undefined {
    if (this.#known.has(deviceId)) return this.#known.get(deviceId);
    const rule = this.rules.find(({ devices }) => devices === undefined || speaksFor(devices, deviceId));
    const found = rule === undefined || rule.mode === 'off' ? undefined : this.applied(rule.name, rule.mode);
    if (this.#known.size >= MAX_KEPT_DEVICES) this.#known.clear();
    this.#known.set(deviceId, found);
    return found;
  }

  private applied(name: string, mode: AppliedSchema['mode']): AppliedSchema {
    return { schema: this.schemas.get(name)!, mode };
  }
}

/**
 * Compiles all schemas, one in each turn of the event loop.
 *
 * @throws SchemasError that names the file, the place and the fix
 */
export async function loadSchemas({ schemas: files, devices, fingerprint }: SchemaFiles): Promise<SchemaSet> {
  const schemas = new Map<string, PayloadSchema>();
  for (const file of files) {
    schemas.set(file.name, compileFile(file));
    await setImmediate();
  }
  const rules = devices === undefined ? [] : parseRules(readFileOf(devices, MAX_DEVICES_BYTES), devices);
  const unknown = rules.find(({ name }) => !schemas.has(name));
  if (unknown !== undefined)
    throw new SchemasError(`${devices}: there is no schema ${unknown.name}.json in SCHEMAS_DIR.`);
  return new SchemaSet(schemas, rules, fingerprint);
}

/** @throws SchemasError that names the line */
export function parseRules(text: string, place: string): SchemaRule[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const entry = line.trim();
    return entry === '' || entry.startsWith('#') ? [] : [ruleOf(entry, `${place}, line ${index + 1}`)];
  });
}

function ruleOf(entry: string, place: string): SchemaRule {
  const at = entry.indexOf(ARROW);
  const pattern = entry.slice(0, Math.max(0, at)).trim();
  const [, name, mode = 'warn'] = TARGET.exec(entry.slice(at + ARROW.length).trim()) ?? [];
  if (at < 0 || name === undefined) {
    throw new SchemasError(`${place}: a line is like lab-7:* -> thermometer/2 enforce`);
  }
  const known = MODES.find((candidate) => candidate === mode);
  if (known === undefined) throw new SchemasError(`${place}: the mode must be one of ${MODES.join(', ')}.`);
  const devices = pattern === '*' ? undefined : (deviceHolder(pattern) ?? devicesHolder(pattern));
  if (pattern !== '*' && devices === undefined) {
    throw new SchemasError(`${place}: before -> give one device_id, a prefix and a *, or * alone.`);
  }
  return { devices, name, mode: known };
}
