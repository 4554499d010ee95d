/**
 * `node --import <this file> program.ts` runs a program of this repository in a process of its own, from its sources:
 * for tests that kill one. Names and syntax are translated by the rules that jest uses.
 */
import { transformFileSync } from '@swc/core';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import jestConfig from '../../../../jest.config.mjs';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const [, syntax] = Object.values(jestConfig.transform)[0];
const names = Object.entries(jestConfig.moduleNameMapper).map(([pattern, name]) => [new RegExp(pattern), name]);

function resolve(specifier, context, nextResolve) {
  const isOurs = context.parentURL?.startsWith('file:') && !context.parentURL.includes('/node_modules/');
  const rule = isOurs && context.parentURL.endsWith('.ts') && names.find(([pattern]) => pattern.test(specifier));
  if (!rule) return nextResolve(specifier, context);
  const source = specifier.replace(rule[0], rule[1]).replace('<rootDir>', pathToFileURL(root).href.replace(/\/$/, ''));
  return nextResolve(source.endsWith('.ts') ? source : `${source}.ts`, context);
}

function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context);
  const { code } = transformFileSync(fileURLToPath(url), { ...syntax, swcrc: false, configFile: false });
  return { format: 'module', source: code, shortCircuit: true };
}

registerHooks({ resolve, load });
