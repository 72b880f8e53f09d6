import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { AccountDirectory, type Audience, type DirectoryUser } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { JobError } from '#libs/jobs';
import {
  type NotificationContent,
  NotificationRelease,
  NotificationRenderer,
  type Release,
} from '../intake/index.js';
import { findErased, lockRecipients } from '../recipients/index.js';
import { keepVersion, PublishedTemplates } from '../templates/index.js';
import { Broadcast } from './broadcast.entity.js';
import { type BroadcastContent, contentOf, lockBroadcast } from './broadcast.repository.js';
import { BroadcastsService } from './broadcasts.service.js';

/** So few that nobody else who notifies one of them waits for long. */
const BATCH = 100;

const IDLE_SECONDS = 10;

/** What one of the users gets. Without a text, they get only a record of why. */
interface Rendered {
  readonly user: DirectoryUser;
  readonly inbox: Release['inbox'];
  readonly problem: string | null;
}

/**
 * Notifies the users of a broadcast in the order of their IDs. A batch and where the next one begins are stored in one
 * transaction, so a run that dies is continued by the next, and nobody is left out or told twice.
 */
@Injectable()
export class BroadcastRuns {
  constructor(
    private readonly database: Database,
    private readonly broadcasts: BroadcastsService,
    private readonly directory: AccountDirectory,
    private readonly templates: PublishedTemplates,
    private readonly renderer: NotificationRenderer,
    private readonly release: NotificationRelease,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** @throws JobError if `signal` aborts before it's over: the next run goes on */
  async run(id: string, signal: AbortSignal): Promise<void> {
    const broadcast = await this.begin(id);
    if (!broadcast) {
      return;
    }
    const content = contentOf(this.sealer, broadcast);
    const version = await this.templates.byId(broadcast.templateVersion);
    if (!version) {
      throw new JobError(`the template of the broadcast ${id} is gone`);
    }
    const complete = { version, channels: content.channels, data: content.data };
    const audience = audienceOf(content);
    let after = broadcast.lastUserId ?? null;
    await this.countOnce(broadcast, audience);
    while (!signal.aborted) {
      const users = await this.directory.list(audience, after, BATCH);
      if (!(await this.notify(broadcast, complete, users, after))) {
        return;
      }
      after = users.at(-1)?.id ?? after;
    }
    throw new JobError(`the broadcast ${id} goes on in the next run`);
  }

  /** @returns null if it's over or paused */
  private begin(id: string): Promise<Broadcast | null> {
    return this.database.transaction(async (em) => {
      const broadcast = await lockBroadcast(em, id);
      if (broadcast?.state !== 'waiting' && broadcast?.state !== 'active') {
        return null;
      }
      broadcast.state = 'active';
      broadcast.attempts += 1;
      await em.flush();
      return broadcast;
    });
  }

  private async countOnce({ id, usersTotal }: Broadcast, audience: Audience): Promise<void> {
    if (typeof usersTotal !== 'number') {
      const counted = await this.directory.count(audience);
      await this.database.run((em) => em.nativeUpdate(Broadcast, { id }, { usersTotal: counted }));
    }
  }

  /** @returns false if there's nothing left to do, or another run has done this part */
  private async notify(
    { id }: Broadcast,
    content: NotificationContent,
    users: readonly DirectoryUser[],
    after: string | null,
  ): Promise<boolean> {
    const rendered = users.map((user) => this.render(content, user));
    const hasMore = await this.database.transaction(async (em) => {
      await limitIdleTime(em);
      const broadcast = await lockBroadcast(em, id);
      if (broadcast?.state !== 'active' || (broadcast.lastUserId ?? null) !== after) {
        return false;
      }
      await this.notifyAll(em, broadcast, content, rendered);
      broadcast.lastUserId = users.at(-1)?.id ?? after;
      broadcast.usersDone += users.length;
      broadcast.notRendered += rendered.filter(({ problem }) => problem !== null).length;
      if (users.length < BATCH) {
        await keepVersion(em, broadcast.templateVersion, this.clock.now());
        await this.broadcasts.end(em, broadcast, 'completed');
        return false;
      }
      await em.flush();
      return true;
    });
    for (const each of rendered) {
      this.release.announce(each);
    }
    return hasMore;
  }

  private render(content: NotificationContent, user: DirectoryUser): Rendered {
    try {
      return { user, inbox: this.renderer.render(content, user), problem: null };
    } catch (error) {
      return { user, inbox: undefined, problem: `it could not be rendered: ${(error as Error).message}` };
    }
  }

  private async notifyAll(
    em: EntityManager,
    { id: broadcastId, template, startedBy: sentBy }: Broadcast,
    content: NotificationContent,
    rendered: readonly Rendered[],
  ): Promise<void> {
    const userIds = rendered.map(({ user }) => user.id);
    await lockRecipients(em, userIds);
    const erased = await findErased(em, userIds);
    const createdAt = this.clock.now();
    const all = rendered
      .filter(({ user }) => !erased.has(user.id))
      .map(({ problem, ...rest }) => {
        const id = this.ids.next(createdAt);
        const userId = rest.user.id;
        const notification = { id, userId, template, sentBy, broadcastId, sendAt: null, createdAt };
        return { ...rest, notification, content, isOfBroadcast: true, problem };
      });
    await this.release.release(
      em,
      all.filter(({ problem }) => problem === null),
    );
    const { channels } = content;
    await this.release.suppress(
      em,
      all.flatMap(({ notification, problem: reason }) =>
        reason === null ? [] : [{ notification, channels, reason }],
      ),
    );
  }
}

/** A process that is frozen in between keeps its locks, and others that could go on would wait for it. */
async function limitIdleTime(em: EntityManager): Promise<void> {
  await em.execute(`set local idle_in_transaction_session_timeout = '${IDLE_SECONDS}s'`, [], 'run');
}

function audienceOf({ audience }: BroadcastContent): Audience {
  const { createdAfter, createdBefore, ...filter } = audience;
  return {
    ...filter,
    ...(createdAfter !== undefined && { createdAfter: new Date(createdAfter) }),
    ...(createdBefore !== undefined && { createdBefore: new Date(createdBefore) }),
  };
}
