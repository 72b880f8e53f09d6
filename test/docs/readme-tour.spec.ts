import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { startMailbox } from '#tools/embedded';
import { hold, useFixture } from '../support/fixture.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { useApp } from '../support/use-app.js';

const ADMIN_PASSWORD = 'a tour for seven otters';

const folder = useTemporaryFolder();
const mailbox = useFixture(() =>
  hold(startMailbox({ dataDir: folder.path, log: () => undefined }), ({ stop }) => stop()),
);
const app = useApp('all', () => ({
  SMTP_URL: mailbox.smtpUrl,
  ADMIN_EMAIL: 'admin@example.com',
  ADMIN_PASSWORD,
}));

/** Documentation that doesn't work when pasted is worse than none, so we run the blocks of the README's tour as they are. */
describe("the README's tour", () => {
  it('works when pasted in order', async () => {
    const output = await bash(tour(readFileSync('README.md', 'utf8')));
    const line = (pattern: RegExp): void => expect(output).toMatch(pattern);
    line(/displayName: 'Ada'/);
    line(/^verified: 204$/m);
    line(/^ETag: "\d+-[\w-]{36}"$/m);
    line(/"displayName":"Ada L\.".*\n200$/m);
    line(/"code":"precondition-failed".*\n412$/m);
    line(/current: true[\s\S]+current: false/);
    line(/^others ended: 204$/m);
    line(/^signed out: 204$/m);
    line(/"code":"unauthenticated".*\n401$/m);
    line(/^2\n\[[\s\S]+email: 'admin@example\.com'/m);
  });
});

function tour(readme: string): string {
  return [...readme.matchAll(/^```bash\n([\s\S]+?)^```$/gm)].map(([, block]) => block).join('\n');
}

async function bash(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
    env: { PATH: process.env['PATH'], API: app.url, MAILBOX: mailbox.webUrl, ADMIN_PASSWORD },
    timeout: 20_000,
  });
  return stdout;
}
