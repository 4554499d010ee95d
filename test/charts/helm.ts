import { spawnSync } from 'node:child_process';
import { loadAll } from 'js-yaml';
import { CHART } from './chart-files.js';

/** A rendered object; what lies below is as its kind has it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each kind has another shape
  spec?: any;
  data?: Record<string, string>;
}

export type Values = Readonly<Record<string, unknown>>;

/** What Helm said: the objects, or why it refused the values. */
export type Rendered = { objects: KubernetesObject[]; refusal?: never } | { objects?: never; refusal: string };

const RELEASE = ['template', 'r', CHART, '--namespace', 'devices', '--values', '-'];

/** `helm template` with these values over the chart's own. */
export function render(values: Values, kubernetes = '1.37'): Rendered {
  const { status, stdout, stderr } = helm([...RELEASE, '--kube-version', kubernetes], JSON.stringify(values));
  if (status !== 0) return { refusal: stderr };
  return { objects: (loadAll(stdout) as (KubernetesObject | null)[]).filter((object) => object !== null) };
}

/** @throws with Helm's words when it refuses the values */
export function objectsOf(values: Values, kubernetes?: string): KubernetesObject[] {
  const { objects, refusal } = render(values, kubernetes);
  if (objects === undefined) throw new Error(refusal);
  return objects;
}

/** `helm lint --strict`. */
export function lint(values: Values): { isClean: boolean; output: string } {
  const { status, stdout, stderr } = helm(['lint', CHART, '--strict', '--values', '-'], JSON.stringify(values));
  return { isClean: status === 0, output: `${stdout}${stderr}` };
}

function helm(args: readonly string[], input: string): { status: number | null; stdout: string; stderr: string } {
  const program = process.env['HELM'] ?? 'helm';
  const { error, ...ended } = spawnSync(program, args, { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (error) throw new Error(`Helm cannot be run (${error.message}): start the suites by npm test -- --tier charts.`);
  return ended;
}
