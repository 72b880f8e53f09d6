import type { EmbeddedServer, Log } from './embedded-server.js';
import type { Plan } from './environment.js';
import { startMailbox } from './mailbox.js';
import { startPostgres } from './postgres.js';
import { timed } from './progress.js';
import { startRedis } from './redis.js';

/** The servers that no URL was given for. */
export class Servers {
  /** By the name of the variable that the application reads them from. */
  readonly urls: Record<string, string> = {};
  /** Resolves with its name when a server ends although nobody asked it to. */
  readonly lost: Promise<string>;
  mailboxPage: string | undefined;

  private readonly running: { stop(): Promise<void> }[] = [];
  private stopping = false;
  private reportLost!: (name: string) => void;

  constructor() {
    this.lost = new Promise((resolve) => (this.reportLost = resolve));
  }

  /** All at once. When one fails, the others are up all the same, for `stop` to end them. */
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
    this.mailboxPage = mailbox.webUrl;
  }
}
