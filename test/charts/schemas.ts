import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ROOT } from '@sluice/test-kit';
import type { KubernetesObject } from './helm.js';

/** The oldest that the chart names, one between, and the newest that there is a schema for. */
export const KUBERNETES_VERSIONS = ['1.29', '1.33', '1.37'];

/** Kinds that are no part of Kubernetes: test/charts/schemas has small copies of their operators' schemas. */
const CUSTOM_KINDS = ['ScaledObject', 'TriggerAuthentication', 'ServiceMonitor', 'PrometheusRule', 'HTTPRoute'];

const ajv = new Ajv2020({ strict: false, allErrors: true });
const customSchemas = new Map(
  CUSTOM_KINDS.map((kind) => {
    const path = new URL(`schemas/${kind}.json`, import.meta.url);
    return [kind, ajv.compile(JSON.parse(readFileSync(path, 'utf8')) as object)];
  }),
);

/** What the schemas say against these objects; a field that they do not name is a problem too. */
export function schemaProblems(objects: readonly KubernetesObject[]): string[] {
  const custom = objects.filter(({ kind }) => customSchemas.has(kind));
  const own = objects.filter(({ kind }) => !customSchemas.has(kind));
  return [...custom.flatMap(customProblems), ...kubernetesProblems(own)];
}

function customProblems(object: KubernetesObject): string[] {
  const { kind, metadata } = object;
  const isValid = customSchemas.get(kind)!;
  if (isValid(object)) return [];
  return isValid.errors!.map(
    ({ instancePath, message, params }) =>
      `${kind} ${metadata.name}: ${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function kubernetesProblems(objects: readonly KubernetesObject[]): string[] {
  const python = process.env['CHART_PYTHON'];
  if (!python)
    throw new Error('The schemas of Kubernetes are not here: start the suites by npm test -- --tier charts.');
  const input = JSON.stringify({ versions: KUBERNETES_VERSIONS, objects });
  const { status, stdout, stderr } = spawnSync(python, [join(ROOT, 'scripts/charts/validate.py')], {
    input,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`The check against the schemas of Kubernetes failed: ${stderr}`);
  return JSON.parse(stdout) as string[];
}
