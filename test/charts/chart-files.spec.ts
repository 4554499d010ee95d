import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { readChart, RULES, RULES_OF_CHART, textsIn } from './chart-files.js';
import { generatedFiles } from './generated.js';
import { rowsOf } from './values-page.js';

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  $ref?: string;
}

const values = load(readChart('values.yaml')) as Record<string, unknown>;
const { $defs, ...schema } = JSON.parse(readChart('values.schema.json')) as Schema & { $defs: Record<string, Schema> };

const resolved = (part: Schema): Schema => (part.$ref === undefined ? part : $defs[part.$ref.replace('#/$defs/', '')]!);

it.each(Object.entries(generatedFiles()))('The command npm run chart writes what is committed: %s', (path, text) => {
  expect(readFileSync(path, 'utf8')).toBe(text);
});

it('The rules of the chart are those of the Compose stack', () => {
  expect(textsIn(RULES_OF_CHART)).toEqual(textsIn(RULES));
});

it('The version of the chart is the one of the packages', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(load(readChart('Chart.yaml'))).toMatchObject({ version, appVersion: version });
});

describe('values.yaml', () => {
  const PLAIN =
    /\.(resources\.\w+|podAnnotations|nodeSelector|tolerations|affinity|priorityClassName|extraVolumes|extraVolumeMounts)$/;
  const NEEDS_NO_WORDS =
    /(Key|shutdownTimeoutMs|\.enabled|\.maxReplicas|interval|pullPolicy|username|clientId|scope|hostnames|port|type|annotations)$/;

  it.each(rowsOf(readChart('values.yaml')))('The description says what $path is for', ({ path, description }) => {
    if (!PLAIN.test(path) && !NEEDS_NO_WORDS.test(path)) expect(description).toMatch(/^[A-Z0-9`].*[.:`]$/);
  });

  it('values.yaml has the same keys as its schema', () => {
    const pathsOfSchema = (part: Schema, path: string): string[] =>
      Object.entries(resolved(part).properties ?? {}).flatMap(([key, below]) => [
        `${path}${key}`,
        ...(key === 'resources' ? [] : pathsOfSchema(below, `${path}${key}.`)),
      ]);
    const pathsOfValues = (value: unknown, path: string): string[] =>
      Object.entries(typeof value === 'object' && !Array.isArray(value) && value !== null ? value : {}).flatMap(
        ([key, below]) => [`${path}${key}`, ...(key === 'resources' ? [] : pathsOfValues(below, `${path}${key}.`))],
      );
    expect(pathsOfSchema(schema, '').sort()).toEqual(pathsOfValues(values, '').sort());
  });

  it('values.yaml has a schema that refuses all other values, except those that other charts put into global', () => {
    const open = (part: Schema, path: string): string[] => [
      ...(part.properties && part.additionalProperties !== false ? [path] : []),
      ...Object.entries(part.properties ?? {}).flatMap(([key, below]) => open(below, `${path}/${key}`)),
    ];
    expect(open(schema, '')).toEqual(['/global']);
    expect(Object.entries($defs).flatMap(([name, part]) => open(part, name))).toEqual([]);
  });
});
