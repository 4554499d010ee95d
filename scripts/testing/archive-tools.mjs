import { ROOT } from '../steps/child.mjs';
import { ensurePythonTool } from '../steps/python-tool.mjs';
import { join } from 'node:path';

/**
 * @returns {Record<string, string>} ARCHIVE_PYTHON: the folder of moto's S3 server and of a Python with DuckDB, which are installed where
 *   they are missing; or ARCHIVE_PYTHON_PROBLEM: why they are not, for the failure of the suites that need them
 */
export function archiveTools() {
  try {
    return { ARCHIVE_PYTHON: ensurePythonTool(join(ROOT, 'scripts/archive/requirements.txt')) };
  } catch (error) {
    return { ARCHIVE_PYTHON_PROBLEM: error.message };
  }
}
