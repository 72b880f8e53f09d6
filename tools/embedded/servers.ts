import type { EmbeddedServer, Log } from './embedded-server.ts';
import type { Plan } from './environment.ts';
import { startMailbox } from './mailbox.ts';
import { startPostgres } from './postgres.ts';
import { timed } from './progress.ts';
import { startRedis } from './redis.ts';

/** The servers whose URLs are not set. */
export class Servers {
  /** By the variable that the application reads. */
  readonly urls: Record<string, string> = {};
  /** Resolves with the name of a server that exits unexpectedly. */
  readonly lost: Promise<string>;
  mailboxPage: string | undefined;

  private readonly running: { stop(): Promise<void> }[] = [];
  private stopping = false;
  private reportLost!: (name: string) => void;

  constructor() {
    this.lost = new Promise((resolve) => (this.reportLost = resolve));
  }

  /** Starts all at once. If one fails, `stop` still has to stop the others. */
  async start({ dataDir, embedded }: Plan, print: Log): Promise<void> {
    const options = { dataDir, durable: true, log: print };
    const attempts: Promise<void>[] = [];
    if (embedded.postgres) {
      attempts.push(
        this.add('PostgreSQL', 'DATABASE_URL', timed(print, 'PostgreSQL', startPostgres(options))),
      );
    }
    if (embedded.redis) {
      attempts.push(this.add('Redis', 'REDIS_URL', timed(print, 'Redis', startRedis(options))));
    }
    if (embedded.mailbox) {
      attempts.push(this.addMailbox(timed(print, 'Mailbox', startMailbox(options))));
    }
    const failure = (await Promise.allSettled(attempts)).find((result) => result.status === 'rejected');
    if (failure) {
      throw failure.reason;
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running.map((server) => server.stop()));
  }

  private async add(name: string, variable: string, starting: Promise<EmbeddedServer>): Promise<void> {
    const server = await starting;
    this.running.push(server);
    this.urls[variable] = server.url;
    void server.exited.then(() => this.stopping || this.reportLost(name));
  }

  private async addMailbox(starting: ReturnType<typeof startMailbox>): Promise<void> {
    const mailbox = await starting;
    this.running.push(mailbox);
    this.urls['SMTP_URL'] = mailbox.smtpUrl;
    this.urls['MAILBOX_URL'] = mailbox.webUrl;
    this.mailboxPage = mailbox.webUrl;
  }
}
