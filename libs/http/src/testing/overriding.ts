import type { InjectionToken } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { AppFactory } from '../http-app.js';

/** For `createHttpApp`: the application of a root module in which these values replace providers, whose factories never run. */
export function overriding(...overrides: readonly [token: InjectionToken, value: unknown][]): AppFactory {
  return async (root, adapter, options) => {
    const builder = Test.createTestingModule({ imports: [root] });
    for (const [token, value] of overrides) builder.overrideProvider(token).useValue(value);
    if (typeof options.logger === 'object')
      builder.setLogger(options.logger as Parameters<typeof builder.setLogger>[0]);
    const module = await builder.compile();
    return module.createNestApplication<NestFastifyApplication>(adapter, options);
  };
}
