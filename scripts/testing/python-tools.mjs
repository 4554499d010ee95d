import { ROOT } from '../steps/child.mjs';
import { ensurePythonTool } from '../steps/python-tool.mjs';
import { join } from 'node:path';

/**
 * @returns {Record<string, string>} ARCHIVE_PYTHON: the folder of moto's S3 server and of a Python with DuckDB, which are installed where
 *   they are missing; or ARCHIVE_PYTHON_PROBLEM: why they are not, for the failure of the suites that need them
 */
export const archiveTools = () => pythonTools('archive', 'ARCHIVE_PYTHON');

/**
 * @returns {Record<string, string>} SENDERS_PYTHON: the folder of a Python with requests, Jinja2 and PyYAML, which are installed where they
 *   are missing; or SENDERS_PYTHON_PROBLEM, as above
 */
export const senderTools = () => pythonTools('senders', 'SENDERS_PYTHON');

function pythonTools(name, variable) {
  try {
    return { [variable]: ensurePythonTool(join(ROOT, 'scripts', name, 'requirements.txt')) };
  } catch (error) {
    return { [`${variable}_PROBLEM`]: error.message };
  }
}
