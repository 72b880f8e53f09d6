import { describe, expect, it } from '@jest/globals';
import { startMailbox } from '#tools/embedded';
import { hold, useFixture } from '../support/fixture.js';
import { bash, commandsOf } from '../support/guide-commands.js';
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
    const env = { PATH: process.env['PATH'] ?? '', API: app.url, MAILBOX: mailbox.webUrl, ADMIN_PASSWORD };
    const output = await bash(commandsOf('README.md'), env);
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
