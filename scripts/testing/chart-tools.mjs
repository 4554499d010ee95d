import { join } from 'node:path';
import { ROOT } from '../steps/child.mjs';
import { ensureHelm } from '../steps/helm.mjs';
import { ensurePythonTool } from '../steps/python-tool.mjs';

/** @returns {{ HELM: string, CHART_PYTHON: string }} the programs that the suites of the chart run; they are installed where they are missing */
export function chartTools() {
  return {
    HELM: ensureHelm(),
    CHART_PYTHON: join(ensurePythonTool(join(ROOT, 'scripts/charts/requirements.txt')), 'python'),
  };
}
