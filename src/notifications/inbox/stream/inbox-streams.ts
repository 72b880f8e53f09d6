import {
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { defineKeyedValue, Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { inBackground } from '#libs/lifecycle';
import { invalidInput, tooManyRequests, unavailable } from '#libs/problem';
import { InboxChanges } from '../inbox-changes.js';
import { findInboxesWithNews, findInboxPosition } from '../inbox.repository.js';
import { InboxService } from '../inbox.service.js';
import { InboxStream } from './inbox-stream.js';

/** Enough for someone with many tabs. Each has a connection. */
const MAX_PER_USER = 20;
const MAX_STREAMS = 10_000;
const POSITION_DIGITS = 16;
const DAY_MS = 24 * 60 * 60 * 1000;
const TICK_MS = 1_000;
/** How often to look for news that no replica has told us of, such as those of one that was killed after a commit. */
const LOOK_TICKS = 30;
/** How often to check credentials while it takes a query for each. */
const SLOW_CHECK_TICKS = 5;
const RETRY_SOON = { 'Retry-After': '1' };
const RETRY_LATER = { 'Retry-After': '30' };

/** Whether the credentials with which a stream was opened are still good. */
type Allowed = () => boolean | Promise<boolean>;

/** The streams that are open on this replica. */
@Injectable()
export class InboxStreams implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly byUser = new Map<string, Map<InboxStream, Allowed>>();
  private readonly open: Gauge;
  private timer: NodeJS.Timeout | undefined;
  private ticks = 0;
  private lookedAt = 0;
  private isLooking = false;
  private isDraining = false;

  constructor(
    private readonly inbox: InboxService,
    private readonly changes: InboxChanges,
    private readonly database: Database,
    private readonly sealer: Sealer,
    registry: Registry,
  ) {
    this.open = new Gauge({
      name: 'gatehouse_inbox_streams',
      help: 'Open streams of inboxes.',
      registers: [registry],
    });
    changes.onChange((userId) => this.streamsOf(userId).forEach((stream) => stream.changed()));
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
  }

  /** Ends all streams when the drain begins, so that clients open them on another replica while this one still works. */
  onModuleDestroy(): void {
    this.isDraining = true;
    for (const userId of this.byUser.keys()) {
      this.streamsOf(userId).forEach((stream) => stream.end());
    }
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /**
   * Opens a stream of what arrives from now on, or since the last event of an earlier stream. It ends when `isAllowed`
   * returns false.
   * @param lastEventId may be empty, which some clients send at first
   * @throws Problem `too-many-requests`, `unavailable`, `invalid-input`
   */
  async start(userId: string, lastEventId: string | undefined, isAllowed: Allowed): Promise<InboxStream> {
    const position =
      lastEventId === undefined || lastEventId === ''
        ? await this.database.run((em) => findInboxPosition(em, userId))
        : this.positionOf(userId, lastEventId);
    this.requireRoom(userId);
    const stream = new InboxStream(
      position,
      {
        news: (after) => inBackground(() => this.inbox.news(userId, after)),
        // All of the same length. Otherwise, it would tell how much there is.
        idOf: (at) => this.sealer.seal(String(at).padStart(POSITION_DIGITS, '0'), contextOf(userId)),
      },
      (closed) => this.forget(userId, closed),
    );
    const streams = this.byUser.get(userId) ?? new Map<InboxStream, Allowed>();
    this.byUser.set(userId, streams.set(stream, isAllowed));
    this.open.inc();
    return stream;
  }

  private requireRoom(userId: string): void {
    if (this.isDraining || this.countAll() >= MAX_STREAMS) {
      throw unavailable({ headers: RETRY_SOON });
    }
    if (this.streamsOf(userId).length >= MAX_PER_USER) {
      throw tooManyRequests({
        detail: `You have ${MAX_PER_USER} open streams. Close one of them.`,
        headers: RETRY_LATER,
      });
    }
  }

  private tick(): void {
    this.ticks += 1;
    const { reliableSince } = this.changes;
    const checks = reliableSince !== undefined || this.ticks % SLOW_CHECK_TICKS === 0;
    for (const streams of this.byUser.values()) {
      for (const [stream, isAllowed] of streams) {
        stream.tick();
        if (checks) {
          void endUnlessAllowed(stream, isAllowed);
        }
      }
    }
    const isComplete = reliableSince !== undefined && reliableSince <= this.lookedAt;
    if (!isComplete || this.ticks % LOOK_TICKS === 0) {
      void this.look();
    }
  }

  /** Looks for news in all inboxes of these streams with one query. */
  private async look(): Promise<void> {
    if (this.isLooking || this.byUser.size === 0) {
      return;
    }
    this.isLooking = true;
    const startedAt = performance.now();
    const positions = [...this.byUser.keys()].map((userId) => ({
      userId,
      position: Math.min(...this.streamsOf(userId).map(({ position }) => position)),
    }));
    try {
      const users = await inBackground(() => this.database.run((em) => findInboxesWithNews(em, positions)));
      users.flatMap((userId) => this.streamsOf(userId)).forEach((stream) => stream.changed());
      this.lookedAt = startedAt;
    } catch {
      // PostgreSQL can't be reached, which others report. The next tick tries again.
    } finally {
      this.isLooking = false;
    }
  }

  private positionOf(userId: string, lastEventId: string): number {
    try {
      return Number(this.sealer.open(lastEventId, contextOf(userId)));
    } catch {
      throw invalidInput({
        detail:
          '`Last-Event-ID` must be the ID of an event of a stream of yours. Leave it out to begin anew.',
      });
    }
  }

  private streamsOf(userId: string): readonly InboxStream[] {
    return [...(this.byUser.get(userId)?.keys() ?? [])];
  }

  private countAll(): number {
    return [...this.byUser.values()].reduce((sum, { size }) => sum + size, 0);
  }

  private forget(userId: string, stream: InboxStream): void {
    const streams = this.byUser.get(userId);
    if (streams?.delete(stream)) {
      this.open.dec();
    }
    if (streams?.size === 0) {
      this.byUser.delete(userId);
    }
  }
}

/** If it can't be found out, the stream goes on until it can. */
async function endUnlessAllowed(stream: InboxStream, isAllowed: Allowed): Promise<void> {
  try {
    const allowed = inBackground(isAllowed);
    if (!(allowed instanceof Promise ? await allowed : allowed)) {
      stream.end();
    }
  } catch {
    // PostgreSQL can't be reached.
  }
}

function contextOf(userId: string): string {
  return `inbox-stream:${userId}`;
}

defineKeyedValue('positions in streams', {
  ring: 'ENCRYPTION_KEYS',
  lifetimeMs: DAY_MS,
  otherwise: 'an app that comes back to its stream is refused, and has to read the inbox again',
});
