import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '@sluice/async';
import { type JsonObject, uuidV7 } from '@sluice/contracts';
import { RecordStore } from '@sluice/record-store';
import { Operators } from '../dead-letters/operators.js';

/** An action, without its user and time. */
export type AuditedAction = {
  /** Such as `dead-letters.list` or `redrive.start`. */
  action: string;
} & JsonObject;

/**
 * Records every use of the scope `operate` before it takes effect: an action that cannot be recorded is not done. The ids are
 * UUIDv7 of the time of the entry: their order is the order of the entries.
 */
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
    const nowMs = this.clock.now();
    const content = { at: new Date(nowMs).toISOString(), who, request_id: String(request.id), ...action };
    await this.store.documents.add('audit', [{ id: uuidV7(nowMs), content }]);
    return who;
  }
}
