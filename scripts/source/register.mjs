/**
 * `node --conditions=source --import <this file> program.ts` runs a program of this repository from its sources. Packages resolve by
 * their own `exports`; this file finds `x.ts` where an import says `x.js`, and translates it.
 */
import { transformFileSync } from '@swc/core';
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { SWC_OPTIONS } from './swc-options.mjs';

const isRelative = (specifier) => /^\.{1,2}\//.test(specifier);

function resolve(specifier, context, nextResolve) {
  if (context.parentURL?.endsWith('.ts') && isRelative(specifier) && specifier.endsWith('.js')) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(source)) return nextResolve(source.href, context);
  }
  return nextResolve(specifier, context);
}

function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const { code } = transformFileSync(fileURLToPath(url), {
    ...SWC_OPTIONS,
    sourceMaps: 'inline',
    swcrc: false,
    configFile: false,
  });
  return { format: 'module', source: code, shortCircuit: true };
}

registerHooks({ resolve, load });
