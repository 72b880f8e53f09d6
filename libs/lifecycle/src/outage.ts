interface OutageReport {
  began(cause: unknown): void;
  /** @param seconds how long the outage lasted */
  ended(seconds: number): void;
}

/** Reports an outage once when it begins and once when it ends, no matter how often either is noticed. */
export class Outage {
  private since: number | undefined;

  constructor(private readonly report: OutageReport) {}

  get active(): boolean {
    return this.since !== undefined;
  }

  began(cause: unknown): void {
    if (this.since === undefined) {
      this.since = Date.now();
      this.report.began(cause);
    }
  }

  ended(): void {
    if (this.since !== undefined) {
      const seconds = Math.round((Date.now() - this.since) / 1000);
      this.since = undefined;
      this.report.ended(seconds);
    }
  }
}
