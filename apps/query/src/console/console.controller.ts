import { Controller, Get, Inject, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { pageHeaders } from '@sluice/http';
import { Reads } from '../reads.js';
import { type Asset, ConsoleAssets } from './console-assets.js';

const HEADERS = pageHeaders();
/** The page names its files by their content hashes, so that only the page itself is requested again. */
const FRESH = { ...HEADERS, 'cache-control': 'no-cache' };
const FOREVER = { ...HEADERS, 'cache-control': 'public, max-age=31536000, immutable' };

/** The console at `/`, and its files. They hold no data and are open; all data comes from the documented endpoints. */
@Controller()
@ApiExcludeController()
export class ConsoleController {
  constructor(@Inject(ConsoleAssets) private readonly assets: ConsoleAssets) {}

  @Get()
  @Reads('/')
  async page(@Res() reply: FastifyReply): Promise<void> {
    sendAsset(await this.assets.page(), FRESH, reply);
  }

  @Get('console/:file')
  @Reads('/console/:file')
  async file(@Param('file') name: string, @Res() reply: FastifyReply): Promise<void> {
    sendAsset(await this.assets.part(name), FOREVER, reply);
  }
}

function sendAsset({ bytes, mediaType }: Asset, headers: Record<string, string>, reply: FastifyReply): void {
  void reply.headers({ ...headers, 'content-type': mediaType }).send(bytes);
}
