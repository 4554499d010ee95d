import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MAX_OPERATE_BODY_BYTES } from '@sluice/contracts';
import { Access, ReadAdmission, readJsonBody, refuseParameters } from '@sluice/http';
import { EngineErrorFilter } from '../engine-error.filter.js';
import { answerJson } from './answer-json.js';
import { DescribesMove, DescribesRedrive, DescribesRedrivePost, DescribesRedrives } from './operate-docs.js';
import { RedriveService } from './redrive-service.js';

/** `/redrives` and its sub-paths. */
@Controller('redrives')
@UseFilters(EngineErrorFilter)
export class RedrivesController {
  constructor(
    @Inject(RedriveService) private readonly redrives: RedriveService,
    @Inject(ReadAdmission) private readonly admission: ReadAdmission,
  ) {}

  @Get()
  @Access('operate')
  @DescribesRedrives()
  async listRedrives(@Query() query: object, @Res() reply: FastifyReply): Promise<void> {
    refuseParameters(query);
    await this.answer(reply, async () => ({ redrives: await this.redrives.list() }));
  }

  @Post()
  @HttpCode(200)
  @Access('operate')
  @DescribesRedrivePost()
  async postRedrive(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const body = await readJsonBody(request, MAX_OPERATE_BODY_BYTES);
    await this.answer(reply, () => this.redrives.post(request, body));
  }

  @Get(':id')
  @Access('operate')
  @DescribesRedrive()
  async findRedrive(@Param('id') id: string, @Query() query: object, @Res() reply: FastifyReply): Promise<void> {
    refuseParameters(query);
    await this.answer(reply, () => this.redrives.find(id));
  }

  @Delete(':id')
  @HttpCode(200)
  @Access('operate')
  @DescribesMove('cancelRedrive', 'Cancels a redrive; published letters stay published')
  async cancelRedrive(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.answer(reply, () => this.redrives.move(request, id, 'cancel'));
  }

  @Post(':id/pause')
  @HttpCode(200)
  @Access('operate')
  @DescribesMove('pauseRedrive', 'Pauses a redrive; its progress is kept')
  async pauseRedrive(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await readJsonBody(request, MAX_OPERATE_BODY_BYTES);
    await this.answer(reply, () => this.redrives.move(request, id, 'pause'));
  }

  @Post(':id/resume')
  @HttpCode(200)
  @Access('operate')
  @DescribesMove('resumeRedrive', 'Resumes a paused redrive')
  async resumeRedrive(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await readJsonBody(request, MAX_OPERATE_BODY_BYTES);
    await this.answer(reply, () => this.redrives.move(request, id, 'resume'));
  }

  private async answer(reply: FastifyReply, work: () => Promise<object>): Promise<void> {
    (await answerJson(reply, this.admission, work)).send();
  }
}
