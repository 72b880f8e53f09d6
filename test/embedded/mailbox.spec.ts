import { startMailbox } from '#tools/embedded';
import { describe, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { eventually } from '../support/eventually.js';
import { useDataFolders } from './temporary-folder.js';

const log = (): void => undefined;

const folders = useDataFolders();

async function subjectsOn(webUrl: string): Promise<string[]> {
  const answer = await fetch(`${webUrl}/api/email`);
  const mails = (await answer.json()) as { subject: string }[];
  return mails.map(({ subject }) => subject);
}

describe('the embedded mailbox', () => {
  it('shows mail on its page, even after a restart', async () => {
    const dataDir = folders.create();
    const first = await startMailbox({ dataDir, log });
    const transport = createTransport(first.smtpUrl);
    await transport.sendMail({ from: 'a@example.com', to: 'b@example.com', subject: 'Hello', text: 'Hello' });
    transport.close();
    await eventually(async () => expect(await subjectsOn(first.webUrl)).toEqual(['Hello']));
    const page = await fetch(first.webUrl, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toContain('text/html');
    await first.stop();

    const second = await startMailbox({ dataDir, log });
    expect(await subjectsOn(second.webUrl)).toEqual(['Hello']);
    await second.stop();
  });

  it('uses other ports if the usual ones are in use', async () => {
    const first = await startMailbox({ dataDir: folders.create(), log });
    const second = await startMailbox({ dataDir: folders.create(), log });
    expect(second.smtpUrl).not.toBe(first.smtpUrl);
    expect(second.webUrl).not.toBe(first.webUrl);
    await first.stop();
    await second.stop();
  });
});
