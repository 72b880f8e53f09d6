/** What the tags of the repository say about releases. */
import { execFileSync } from 'node:child_process';
import { root, UserError } from '../project.mjs';

/** @returns the newest release before the current commit, or undefined if there is none */
export function newestRelease(): string | undefined {
  const tags = (option: string): string[] => git('tag', option, 'HEAD').split('\n');
  const release = lastRelease(tags('--merged'), tags('--points-at'));
  if (!release && git('rev-parse', '--is-shallow-repository') === 'true') {
    throw new UserError('This clone is shallow and may lack releases. Run: git fetch --unshallow --tags');
  }
  return release;
}

/**
 * The newest release that a commit contains. Its own tag does not count, so that a release is compared with the one before
 * it. Neither do pre-releases (v2.0.0-beta.1), which promise nothing.
 *
 * @param contained the tags of the commit and its ancestors, in any order
 * @param own the tags of the commit itself
 */
export function lastRelease(contained: readonly string[], own: readonly string[]): string | undefined {
  return contained
    .filter((tag) => /^v\d+\.\d+\.\d+$/.test(tag) && !own.includes(tag))
    .toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }))
    .at(-1);
}

export function git(...args: string[]): string {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20, stdio }).trim();
}
