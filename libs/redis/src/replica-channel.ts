import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { type Outage, within } from '#libs/lifecycle';
import { redisOutage } from './redis-outage.js';
import type { RedisConnection } from './redis-servers.js';

const CHANNEL = 'gatehouse:replicas';
const HEARTBEAT_MS = 250;
/** After this long without a reply, messages may have been missed. */
const SILENCE_MS = 750;
const START_TIMEOUT_MS = 1000;
/** Replaces the topic when we no longer know what has changed. */
const ANY_TOPIC = '*';

interface Envelope {
  readonly topic: string;
  readonly key: string;
}

type Listener = (key: string) => void;

/**
 * Sends short messages to every replica, including this one, over Redis. Redis doesn't store messages for disconnected
 * subscribers, so the channel also tracks whether it may have missed any: it pings its own connection, and
 * `reliableSince` moves forward whenever the connection was lost or silent.
 */
export class ReplicaChannel {
  private readonly listeners = new Map<string, Listener[]>();
  private readonly outage: Outage;
  private heartbeat: NodeJS.Timeout | undefined;
  private lastPong = Number.NEGATIVE_INFINITY;
  private since = Number.POSITIVE_INFINITY;
  private readonly unsent = new Map<string, Envelope>();

  /**
   * @param maxUnsent how many messages to keep while they can't be sent. They matter if only this process was
   * disconnected; replicas that lost Redis too reload everything anyway. Beyond this number, a single "anything may
   * have changed" message replaces them. It costs the other replicas one reload per entry, but no change is missed.
   */
  constructor(
    private readonly publisher: RedisConnection,
    private readonly subscriber: Redis,
    logger: Logger,
    private readonly maxUnsent = 10_000,
  ) {
    this.outage = redisOutage(
      logger,
      'changes made by other replicas are picked up from PostgreSQL every second',
    );
  }

  /** The instant (`performance.now()`) since which no message was missed, or undefined if some may be missing. */
  get reliableSince(): number | undefined {
    const now = performance.now();
    return now - this.lastPong > SILENCE_MS || this.since > now ? undefined : this.since;
  }

  /** Connects. Resolves once connected, or after a second, because Redis being down must not prevent startup. */
  async start(): Promise<void> {
    this.subscriber.on('message', (_channel: string, text: string) => this.receive(text));
    this.subscriber.on('close', () => this.lost(new Error('the connection was closed')));
    this.subscriber.on('error', (error: Error) => this.lost(error));
    this.publisher.on('error', (error: Error) => this.outage.began(error));
    this.subscriber.on('ready', () => void this.subscribe());
    this.heartbeat = setInterval(() => void this.beat(), HEARTBEAT_MS);
    this.heartbeat.unref();
    const connected = Promise.allSettled([this.subscriber.connect(), this.publisher.connect()]);
    await within(START_TIMEOUT_MS, connected);
  }

  stop(): void {
    clearInterval(this.heartbeat);
    this.subscriber.disconnect();
    this.publisher.disconnect();
  }

  on(topic: string, listener: Listener): void {
    this.listeners.set(topic, [...(this.listeners.get(topic) ?? []), listener]);
  }

  /** Notifies every replica. While Redis is down, messages are kept and sent when it's back. */
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
    const isFull = this.unsent.size >= this.maxUnsent;
    if (isFull) {
      this.unsent.clear();
    }
    const kept = isFull ? { topic: ANY_TOPIC, key: '' } : envelope;
    this.unsent.set(`${kept.topic} ${kept.key}`, kept);
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
      // The two connections may lead to servers in different states, during a failover for example.
      if (this.publisher.status === 'ready') {
        this.outage.ended();
        this.flush();
      }
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
    if (envelope.topic === ANY_TOPIC && this.since !== Number.POSITIVE_INFINITY) {
      // Like after a gap: entries loaded before this moment are reloaded.
      this.since = performance.now();
    } else {
      this.deliver(envelope);
    }
  }

  private deliver({ topic, key }: Envelope): void {
    this.listeners.get(topic)?.forEach((listener) => listener(key));
  }
}
