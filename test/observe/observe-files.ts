import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, YAML11_SCHEMA } from 'js-yaml';
import { ROOT } from '@sluice/test-kit';

export interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: { summary?: string; runbook_url?: string };
}

export interface AlertTest {
  alertname: string;
  exp_alerts: readonly { exp_labels: Record<string, string> }[];
}

export interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: { uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { refId: string; expr: string; legendFormat?: string }[];
}

export interface Dashboard {
  uid: string;
  title: string;
  panels: Panel[];
}

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each file has another shape
export const readYaml = (path: string): any => load(read(path), { schema: YAML11_SCHEMA });

/** The names of the files in a folder, in their order. */
export const filesIn = (folder: string): string[] => readdirSync(join(ROOT, folder)).sort();

const PROMETHEUS = 'observe/prometheus';
const DASHBOARDS = 'observe/grafana/dashboards';

export const RULES: readonly Rule[] = filesIn(`${PROMETHEUS}/rules`).flatMap((file) =>
  (readYaml(`${PROMETHEUS}/rules/${file}`).groups as { rules: Rule[] }[]).flatMap(({ rules }) => rules),
);

export const ALERT_TESTS: readonly AlertTest[] = filesIn(`${PROMETHEUS}/tests`).flatMap((file) =>
  (readYaml(`${PROMETHEUS}/tests/${file}`).tests as { alert_rule_test?: AlertTest[] }[]).flatMap(
    ({ alert_rule_test = [] }) => alert_rule_test,
  ),
);

export const DASHBOARD_FILES: readonly [string, Dashboard][] = filesIn(DASHBOARDS).map((file) => [
  file,
  JSON.parse(read(`${DASHBOARDS}/${file}`)) as Dashboard,
]);
