import { describe, expect, it } from '@jest/globals';
import { signUp } from '../support/factories.js';
import { eventually } from '../support/servers.js';
import { useServers } from '../support/use-servers.js';

/** What a machine with a wrong clock shows its programs. */
function skewed(seconds: number): string {
  const script = `const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...args) { super(...(args.length > 0 ? args : [Real.now() + ${seconds * 1000}])); }
      static now() { return Real.now() + ${seconds * 1000}; }
    };`;
  return `--import=data:text/javascript,${encodeURIComponent(script)}`;
}

/** Replicas are one issuer, behind one address. */
const SAME_ISSUER = { PUBLIC_URL: 'http://localhost:4000' };
const servers = useServers();

describe('two replicas whose clocks differ by 15 seconds', () => {
  it('let two tabs refresh at once, one at each, and keep the session', async () => {
    const [right, ahead] = await Promise.all([
      servers.start('api', SAME_ISSUER),
      servers.start('api', { ...SAME_ISSUER, NODE_OPTIONS: skewed(15) }),
    ]);
    const { session } = await signUp(right.api);
    const first = await ahead.api.refresh(session.refreshToken);
    const second = await right.api.refresh(session.refreshToken);
    const third = await ahead.api.refresh(session.refreshToken);
    expect([first.status, second.status, third.status]).toEqual([200, 200, 200]);
    expect(second.body.refreshToken).toBe(first.body.refreshToken);
    expect((await right.api.as(first.body).me()).status).toBe(200);
    expect((await ahead.api.as(second.body).me()).status).toBe(200);
    await eventually(() => expect(ahead.logs()).toMatch(/clock is 1[45]\.\d s ahead of PostgreSQL's/));
    expect(right.logs()).not.toContain("PostgreSQL's, whose time we use");
  });
});
