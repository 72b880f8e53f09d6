import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { type Outage, within } from '#libs/lifecycle';
import { redisOutage } from './redis-outage.js';

const CHANNEL = 'gatehouse:replicas';
const HEARTBEAT_MS = 250;
/** Without a sign of life for this long, messages may have been missed. */
const SILENCE_MS = 750;
const START_PATIENCE_MS = 1000;
/** In the place of a topic: something was changed, and nobody knows what any more. */
const ANYTHING = '*';

interface Envelope {
  readonly topic: string;
  readonly key: string;
}

type Listener = (key: string) => void;

/**
 * Short messages to every replica, this one included, over Redis. Redis forgets who was not listening, so the channel
 * also knows whether something may have been missed: it pings its own connection, and `reliableSince` moves forward
 * whenever the connection was lost or silent.
 */
export class ReplicaChannel {
  private readonly listeners = new Map<string, Listener[]>();
  private readonly outage: Outage;
  private heartbeat: NodeJS.Timeout | undefined;
  private lastPong = Number.NEGATIVE_INFINITY;
  private since = Number.POSITIVE_INFINITY;
  private readonly unsent = new Map<string, Envelope>();

  /**
   * @param maxUnsent how many messages are kept while they can not be sent. They matter when nobody but this process
   *   was cut off; who lost Redis as well reads everything anew anyway. When there are more, one that says "anything
   *   may have changed" takes their place: it costs the others one read for each entry, and no change is missed.
   */
  constructor(
    private readonly publisher: Redis,
    private readonly subscriber: Redis,
    logger: Logger,
    private readonly maxUnsent = 10_000,
  ) {
    this.outage = redisOutage(
      logger,
      'changes made by other replicas are picked up from PostgreSQL every second',
    );
  }

  /** The instant (`performance.now()`) since which no message was missed, or undefined while some may be. */
  get reliableSince(): number | undefined {
    const now = performance.now();
    return now - this.lastPong > SILENCE_MS || this.since > now ? undefined : this.since;
  }

  /** Connects and resolves at the first sign of life, or after a second without one: Redis is no reason not to start. */
  async start(): Promise<void> {
    this.subscriber.on('message', (_channel: string, text: string) => this.receive(text));
    this.subscriber.on('close', () => this.lost(new Error('the connection was closed')));
    this.subscriber.on('error', (error: Error) => this.lost(error));
    this.publisher.on('error', (error: Error) => this.outage.began(error));
    this.subscriber.on('ready', () => void this.subscribe());
    this.heartbeat = setInterval(() => void this.beat(), HEARTBEAT_MS);
    this.heartbeat.unref();
    const connected = Promise.allSettled([this.subscriber.connect(), this.publisher.connect()]);
    await within(START_PATIENCE_MS, connected);
  }

  stop(): void {
    clearInterval(this.heartbeat);
    this.subscriber.disconnect();
    this.publisher.disconnect();
  }

  on(topic: string, listener: Listener): void {
    this.listeners.set(topic, [...(this.listeners.get(topic) ?? []), listener]);
  }

  /** Tells every replica. While Redis is away the message is kept and sent when it is back. */
  publish(topic: string, key: string): void {
    const envelope = { topic, key };
    this.deliver(envelope);
    this.send(envelope);
  }

  private send(envelope: Envelope): void {
    this.publisher.publish(CHANNEL, JSON.stringify(envelope)).catch((error: unknown) => {
      this.outage.began(error);
      this.keep(envelope);
    });
  }

  private keep(envelope: Envelope): void {
    if (this.unsent.has(ANYTHING)) {
      return;
    }
    if (envelope.topic === ANYTHING || this.unsent.size >= this.maxUnsent) {
      this.unsent.clear();
      this.unsent.set(ANYTHING, { topic: ANYTHING, key: '' });
    } else {
      this.unsent.set(`${envelope.topic} ${envelope.key}`, envelope);
    }
  }

  private async subscribe(): Promise<void> {
    try {
      await this.subscriber.subscribe(CHANNEL);
      await this.beat();
    } catch (error) {
      this.lost(error);
    }
  }

  private async beat(): Promise<void> {
    try {
      const sentAt = performance.now();
      await this.subscriber.ping();
      const silent = sentAt - this.lastPong > SILENCE_MS;
      this.lastPong = performance.now();
      if (silent || this.since === Number.POSITIVE_INFINITY) {
        this.since = this.lastPong;
      }
      this.outage.ended();
      this.flush();
    } catch (error) {
      this.outage.began(error);
    }
  }

  private flush(): void {
    const envelopes = [...this.unsent.values()];
    this.unsent.clear();
    envelopes.forEach((envelope) => this.send(envelope));
  }

  private lost(cause: unknown): void {
    this.since = Number.POSITIVE_INFINITY;
    this.outage.began(cause);
  }

  private receive(text: string): void {
    const envelope = JSON.parse(text) as Envelope;
    if (envelope.topic === ANYTHING && this.since !== Number.POSITIVE_INFINITY) {
      // As after a gap: what was read before this moment is read anew.
      this.since = performance.now();
    } else {
      this.deliver(envelope);
    }
  }

  private deliver({ topic, key }: Envelope): void {
    this.listeners.get(topic)?.forEach((listener) => listener(key));
  }
}
