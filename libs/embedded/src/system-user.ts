import { spawnSync } from 'node:child_process';
import { hasDeathSignals } from './death-signals.js';
import { CannotStart } from './embedded-server.js';

export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly setprivArgs: readonly string[];
}

/**
 * PostgreSQL refuses to run as root, so root lends it an unprivileged user that every system has. When that user may
 * not pass the folders above `paths` (a project in /root, say), it keeps the one capability that opens them.
 * @param owner whose files are there already, so that they stay readable when the system's users change
 */
export function unprivilegedUser(paths: readonly string[], owner?: { uid: number; gid: number }): SystemUser {
  const user = owner && owner.uid !== 0 ? { name: `#${owner.uid}`, ...owner } : existingUser();
  const plain = {
    ...user,
    setprivArgs: ['--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups'],
  };
  if (!hasDeathSignals() || canPass(plain, paths)) {
    return plain;
  }
  // initdb asks access(2), which ignores capabilities of those who are not root unless no_setuid_fixup is set.
  const capability = '-all,+dac_override';
  const passing = {
    ...plain,
    setprivArgs: [
      ...plain.setprivArgs,
      `--inh-caps=${capability}`,
      `--ambient-caps=${capability}`,
      `--bounding-set=${capability}`,
      '--securebits=+no_setuid_fixup',
    ],
  };
  if (canPass(passing, paths)) {
    return passing;
  }
  throw new CannotStart(
    `PostgreSQL does not run as root, and the user ${user.name}, who would run it instead, may not enter ` +
      `${paths.join(' or ')}. Start as another user, move the project to a folder that others may enter, ` +
      'or set DATABASE_URL to a server of your own.',
  );
}

function existingUser(): { name: string; uid: number; gid: number } {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout?.trim(),
    );
    if (uid && gid) {
      return { name, uid: Number(uid), gid: Number(gid) };
    }
  }
  throw new CannotStart(
    'PostgreSQL does not run as root, and this system has neither a user postgres nor nobody to run it instead. ' +
      'Start as another user, or set DATABASE_URL to a server of your own.',
  );
}

function canPass(user: SystemUser, paths: readonly string[]): boolean {
  const script = 'for path; do test -r "$path" && test -x "$path" || exit 1; done';
  return spawnSync('setpriv', [...user.setprivArgs, '--', 'sh', '-c', script, 'sh', ...paths]).status === 0;
}
