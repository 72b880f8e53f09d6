import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { AuditEventType } from '#libs/audit';
import { Clock, IdSource } from '#libs/clock';
import { Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { IdempotencyStore } from '#libs/idempotency';
import { Outbox } from '#libs/messaging';
import { AuditTrail } from '../audit/index.js';
import { type GivenContent, NotificationContents } from '../intake/index.js';
import { Broadcast } from './broadcast.entity.js';
import { broadcastTask } from './broadcast-notification.job.js';
import { type BroadcastContent, hasUnsent, lockBroadcast, sealContent } from './broadcast.repository.js';
import {
  broadcastCanceled,
  broadcastPaused,
  broadcastResumed,
  broadcastStarted,
} from './broadcasts.events.js';

export interface NewBroadcast extends GivenContent {
  readonly audience: BroadcastContent['audience'];
  /** Undefined for at once, as is a time in the past. */
  readonly sendAt: Date | undefined;
}

const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Begins, pauses, resumes and ends broadcasts. */
@Injectable()
export class BroadcastsService {
  constructor(
    private readonly database: Database,
    private readonly contents: NotificationContents,
    private readonly audit: AuditTrail,
    private readonly outbox: Outbox,
    private readonly sealer: Sealer,
    private readonly keys: IdempotencyStore,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** @returns its ID @throws Problem `invalid-input` */
  async start(startedBy: string, { audience, ...given }: NewBroadcast): Promise<string> {
    const sendAt = this.contents.laterThanNow(given.sendAt);
    const { version, channels, data } = await this.contents.accept(given);
    const createdAt = this.clock.now();
    const id = this.ids.next(createdAt);
    await this.database.transaction(async (em) => {
      const broadcast = em.create(Broadcast, {
        id,
        state: 'waiting',
        startedBy,
        template: given.template,
        templateVersion: version.id,
        sealed: sealContent(this.sealer, id, { audience, channels, data }),
        sendAt,
        createdAt,
      });
      await em.persist(broadcast).flush();
      await this.appendTask(em, broadcast);
      await this.audit.record(em, broadcastStarted, id);
      await this.keys.keep(em, id);
    });
    return id;
  }

  /** @returns false if it's over and everything has been sent, or if it's paused already */
  pause(id: string): Promise<boolean> {
    return this.change(id, ['waiting', 'active', 'completed'], broadcastPaused, async (em, broadcast) => {
      broadcast.state = 'paused';
      await this.outbox.settle(em, broadcastTask, id);
    });
  }

  /** @returns false if it isn't paused */
  resume(id: string): Promise<boolean> {
    return this.change(id, ['paused'], broadcastResumed, async (em, broadcast) => {
      if (broadcast.finishedAt) {
        // Everyone is notified. Only what was still to be sent has been held.
        broadcast.state = 'completed';
      } else {
        broadcast.state = 'waiting';
        await this.appendTask(em, broadcast);
      }
    });
  }

  /** Whom it has reached, it has reached. @returns false if it's over and everything has been sent */
  cancel(id: string): Promise<boolean> {
    return this.change(id, ['waiting', 'active', 'paused', 'completed'], broadcastCanceled, (em, broadcast) =>
      this.end(em, broadcast, 'canceled'),
    );
  }

  /** Ends a locked broadcast in the caller's transaction. */
  async end(em: EntityManager, broadcast: Broadcast, state: 'completed' | 'canceled'): Promise<void> {
    const finishedAt = this.clock.now();
    const expiresAt = new Date(finishedAt.getTime() + KEPT_MS);
    Object.assign(broadcast, { state, finishedAt, expiresAt });
    await em.flush();
    await this.outbox.settle(em, broadcastTask, broadcast.id);
  }

  private change(
    id: string,
    from: readonly Broadcast['state'][],
    event: AuditEventType,
    change: (em: EntityManager, broadcast: Broadcast) => Promise<void>,
  ): Promise<boolean> {
    return this.database.transaction(async (em) => {
      const broadcast = await lockBroadcast(em, id);
      if (!broadcast || !from.includes(broadcast.state)) {
        return false;
      }
      if (broadcast.state === 'completed' && !(await hasUnsent(em, id))) {
        return false;
      }
      await change(em, broadcast);
      await em.flush();
      await this.audit.record(em, event, id);
      return true;
    });
  }

  private appendTask(em: EntityManager, { id, startedBy, sendAt }: Broadcast): Promise<void> {
    return this.outbox.appendTask(em, broadcastTask, id, startedBy, sendAt ?? undefined);
  }
}
