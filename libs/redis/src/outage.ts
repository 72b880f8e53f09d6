import type { Logger } from 'pino';

/** Tells of an outage once when it begins and once when it ends, however often it is noticed. */
export class Outage {
  private since: number | undefined;

  constructor(
    private readonly logger: Logger,
    private readonly consequence: string,
  ) {}

  get active(): boolean {
    return this.since !== undefined;
  }

  began(cause: unknown): void {
    if (this.since === undefined) {
      this.since = Date.now();
      this.logger.warn({ err: cause }, `Redis is not responding: ${this.consequence}`);
    }
  }

  ended(): void {
    if (this.since !== undefined) {
      this.logger.info(
        { seconds: Math.round((Date.now() - this.since) / 1000) },
        `Redis is responding again; no longer in effect: ${this.consequence}`,
      );
      this.since = undefined;
    }
  }
}
