import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from './embedded-server.js';
import { preferredPort } from './ports.js';

export interface Mailbox {
  readonly smtpUrl: string;
  /** A page that shows the mails. */
  readonly webUrl: string;
  stop(): Promise<void>;
}

const SMTP_PORT = 1025;
const WEB_PORT = 1080;
const HOST = '127.0.0.1';

/** A mail server that delivers to a web page instead of to people. Its mails are kept in `dataDir`/mailbox. */
export async function startMailbox({ dataDir, log }: { dataDir: string; log: Log }): Promise<Mailbox> {
  const mailDirectory = resolve(dataDir, 'mailbox');
  mkdirSync(mailDirectory, { recursive: true, mode: 0o700 });
  // Loaded late: a development package, absent from the production image, where nobody calls this.
  const { MailDev } = await import('maildev');
  for (let attempt = 1; ; attempt++) {
    const smtp = await preferredPort(SMTP_PORT, HOST);
    const web = await preferredPort(WEB_PORT, HOST);
    const server = new MailDev({
      smtp,
      ip: HOST,
      web,
      webIp: HOST,
      mailDirectory,
      maxEmails: 1000,
      silent: true,
    });
    try {
      await quietly(() => server.start());
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE' && attempt < 3) {
        continue;
      }
      throw error;
    }
    if (web !== WEB_PORT) {
      log(`Mailbox: port ${WEB_PORT} is taken, so it is on ${web}`);
    }
    return {
      smtpUrl: `smtp://${HOST}:${smtp}`,
      webUrl: `http://${HOST}:${web}`,
      stop: () => stopSoon(server),
    };
  }
}

/** Even its silent mode prints a line of its own. */
async function quietly(start: () => Promise<unknown>): Promise<void> {
  const { info } = console;
  console.info = () => undefined;
  try {
    await start();
  } finally {
    console.info = info;
  }
}

/** A page that is still open in a browser could hold it up; every mail is on disk by then. */
async function stopSoon(server: { stop(): Promise<void> }): Promise<void> {
  const enough = new AbortController();
  await Promise.race([
    server.stop(),
    delay(1_000, undefined, { signal: enough.signal }).catch(() => undefined),
  ]);
  enough.abort();
}
