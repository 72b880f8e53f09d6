import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from './embedded-server.ts';
import { preferredPort } from './ports.ts';

export interface Mailbox {
  readonly smtpUrl: string;
  /** A web page that shows all mail. */
  readonly webUrl: string;
  stop(): Promise<void>;
}

const SMTP_PORT = 1025;
const WEB_PORT = 1080;
const HOST = '127.0.0.1';

/** A mail server that shows mail on a web page instead of delivering it. It stores mail in `dataDir`/mailbox. */
export async function startMailbox({ dataDir, log }: { dataDir: string; log: Log }): Promise<Mailbox> {
  const mailDirectory = resolve(dataDir, 'mailbox');
  mkdirSync(mailDirectory, { recursive: true, mode: 0o700 });
  // Loaded on demand: it takes longer than everything else here together.
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
      log(`Mailbox: port ${WEB_PORT} is in use, so it listens on ${web}`);
    }
    return {
      smtpUrl: `smtp://${HOST}:${smtp}`,
      webUrl: `http://${HOST}:${web}`,
      stop: () => stopSoon(server),
    };
  }
}

/** MailDev prints a line even in silent mode. */
async function quietly(start: () => Promise<unknown>): Promise<void> {
  const { info } = console;
  console.info = () => undefined;
  try {
    await start();
  } finally {
    console.info = info;
  }
}

/** A page that is open in a browser can delay the stop. All mail is on disk by then. */
async function stopSoon(server: { stop(): Promise<void> }): Promise<void> {
  const enough = new AbortController();
  await Promise.race([
    server.stop(),
    delay(1_000, undefined, { signal: enough.signal }).catch(() => undefined),
  ]);
  enough.abort();
}
