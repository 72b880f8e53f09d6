import { type EventStream, eventText, KEEP_ALIVE, reconnectAfter } from '#libs/api';
import { toInboxResponse } from '../inbox.dto.js';
import type { InboxNews } from '../inbox.service.js';

/** Shorter than the timeouts of common proxies, which close silent connections after 30 or 60 seconds. */
const KEEP_ALIVE_TICKS = 15;
const RECONNECT_MS = 1_000;
/** How long a client may take to read what it was sent when its stream has ended. */
const LAST_READ_MS = 2_000;
/** Streams that end together come back one by one. */
const SPREAD_MS = 3_000;

export interface InboxSource {
  /** @throws Problem */
  readonly news: (after: number) => Promise<InboxNews>;
  /** The ID of an event after which a stream can be resumed. */
  readonly idOf: (position: number) => string;
}

/**
 * The notifications of one user as they arrive, for one connection. PostgreSQL is its only buffer: the stream keeps a
 * position, and reads on from there once the client has taken what it was sent.
 */
export class InboxStream implements EventStream {
  private isStale = true;
  private hasFailed = false;
  private isOver = false;
  private silentTicks = 0;
  private unread: number | undefined;
  private goOn: (() => void) | undefined;
  private cut: (() => void) | undefined;
  private cutting: NodeJS.Timeout | undefined;

  /**
   * @param position after which notifications are news
   * @param onClosed called when the client has gone
   */
  constructor(
    public position: number,
    private readonly source: InboxSource,
    private readonly onClosed: (stream: InboxStream) => void,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    yield reconnectAfter(RECONNECT_MS);
    while (!this.isOver) {
      if (this.isStale) {
        yield* this.news();
      } else if (this.silentTicks >= KEEP_ALIVE_TICKS) {
        this.silentTicks = 0;
        yield KEEP_ALIVE;
      } else {
        await new Promise<void>((resolve) => {
          this.goOn = resolve;
        });
      }
    }
    yield reconnectAfter(RECONNECT_MS + Math.round(Math.random() * SPREAD_MS));
  }

  /** Something has changed in the inbox. */
  changed(): void {
    this.isStale = true;
    this.goOn?.();
  }

  /** Call it every second. */
  tick(): void {
    this.silentTicks += 1;
    if (this.hasFailed) {
      this.changed();
    } else if (this.silentTicks >= KEEP_ALIVE_TICKS) {
      this.goOn?.();
    }
  }

  /** Ends the response, as soon as the client has read what was sent. It isn't given long. */
  end(): void {
    this.isOver = true;
    this.goOn?.();
    this.cutting ??= setTimeout(() => this.cut?.(), LAST_READ_MS).unref();
  }

  opened(cut: () => void): void {
    this.cut = cut;
  }

  closed(): void {
    this.end();
    clearTimeout(this.cutting);
    this.onClosed(this);
  }

  private async *news(): AsyncGenerator<string> {
    this.isStale = false;
    const news = await this.read();
    if (!news) {
      return;
    }
    this.silentTicks = 0;
    for (const { position, ...item } of news.items) {
      if (this.isOver) {
        return;
      }
      this.position = position;
      yield eventText({
        name: 'notification',
        id: this.source.idOf(position),
        data: toInboxResponse(item),
      });
    }
    if (news.isPartial) {
      this.isStale = true;
    } else if (news.unread !== this.unread) {
      this.unread = news.unread;
      yield eventText({
        name: 'unread-count',
        id: this.source.idOf(this.position),
        data: { unread: news.unread },
      });
    }
  }

  /** A stream outlives failures: it's tried again with the next tick. */
  private async read(): Promise<InboxNews | undefined> {
    try {
      const news = await this.source.news(this.position);
      this.hasFailed = false;
      return news;
    } catch {
      this.hasFailed = true;
      return undefined;
    }
  }
}
