import { spawnSync } from 'node:child_process';
import { CannotStart } from './embedded-server.ts';
import { hasDeathSignals } from './tied-child.ts';

export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly setprivArgs: readonly string[];
}

/**
 * PostgreSQL refuses to run as root, so root runs it as an unprivileged user that every system has. If that user cannot
 * enter the folders above `paths` (a project in /root, for example), it keeps the one capability that allows it.
 * @param owner the owner of existing files, which then stay readable even if the system's users change
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
  // initdb calls access(2), which ignores the capabilities of a non-root user unless no_setuid_fixup is set.
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
    `PostgreSQL refuses to run as root, and the user ${user.name} cannot enter ${paths.join(' or ')}. ` +
      'Start Gatehouse as another user, move the project to a folder that others can enter, ' +
      'or set DATABASE_URL to your own server.',
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
    'PostgreSQL refuses to run as root, and this system has no user "postgres" or "nobody" to run it. ' +
      'Start Gatehouse as another user, or set DATABASE_URL to your own server.',
  );
}

function canPass(user: SystemUser, paths: readonly string[]): boolean {
  const script = 'for path; do test -r "$path" && test -x "$path" || exit 1; done';
  return spawnSync('setpriv', [...user.setprivArgs, '--', 'sh', '-c', script, 'sh', ...paths]).status === 0;
}
