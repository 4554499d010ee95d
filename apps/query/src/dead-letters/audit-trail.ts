import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '@sluice/async';
import { type JsonObject, uuidV7 } from '@sluice/contracts';
import { RecordStore } from '@sluice/record-store';
import { Operators } from './operators.js';

/** An action, without its user and time. */
export type AuditedAction = {
  /** Such as `dead-letters.list` or `redrive.start`. */
  action: string;
} & JsonObject;

/** Records every use of the scope `operate` before it takes effect: an action that cannot be recorded is not done. */
@Injectable()
export class AuditTrail {
  constructor(
    @Inject(RecordStore) private readonly store: RecordStore,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Operators) private readonly operators: Operators,
  ) {}

  /** @returns the sender of the request. @throws RecordStoreError `unavailable` */
  async write(request: FastifyRequest, action: AuditedAction): Promise<string> {
    const who = this.operators.nameOf(request);
    const content = { at: this.clock.nowText(), who, request_id: String(request.id), ...action };
    await this.store.documents.add('audit', [{ id: uuidV7(this.clock.now()), content }]);
    return who;
  }
}
