/** What helm's history of a release means. Nothing is asked here; lib/cluster.mjs does that. */
import { UserError } from '../project.mjs';

/** What helm says when the revision that is under way is not its own. */
const REFUSED = /another operation .* is in progress|release: already exists/;

/** The revision to go back to, or nothing when none has ever been deployed. */
export function revisionThatServes({ release, namespace }, { history }) {
  const latest = history.at(-1);
  const serves = history.findLast(({ status }) => status === 'deployed')?.revision;
  if (latest?.status.startsWith('pending-') || latest?.status === 'uninstalling') {
    const wayOut = serves
      ? `helm rollback ${release} ${serves} --namespace ${namespace} --no-hooks --wait`
      : `helm uninstall ${release} --namespace ${namespace} --no-hooks`;
    throw new UserError(
      `The release ${release} is "${latest.status}": somebody else deploys right now, or was cut off in the middle. If ` +
        `nobody does, end it with\n\n  ${wayOut}\n\nand deploy again.`,
    );
  }
  return serves;
}

/**
 * What somebody else did to the release since we began, and the way back would undo: `helm test` runs without helm's lock,
 * and `helm rollback` doesn't mind an upgrade under way.
 *
 * @param {import('./deployment.mjs').Revision[]} before what there was when we began
 * @param {import('./deployment.mjs').Revision[]} now
 * @param {{ upgrades: number, failure?: string }} ours upgrades that ended well, and what helm said of the one that didn't
 * @returns {string} in words; empty when the release is as we left it
 */
export function othersWork(before, now, { upgrades, failure }) {
  const made = (before.at(-1)?.revision ?? 0) + upgrades;
  const latest = now.at(-1);
  if (!latest || latest.status.startsWith('uninstall')) {
    return 'It was removed, or is right now.';
  }
  // An upgrade of ours that failed may have made a revision or not, but never one that is deployed.
  const mayBeOurs = failure !== undefined && !REFUSED.test(failure) && latest.status !== 'deployed';
  if (latest.revision === made || (mayBeOurs && latest.revision === made + 1)) {
    return '';
  }
  const { revision, status, updated, description } = latest;
  return `Revision ${revision} is "${status}"${updated ? `, of ${updated}` : ''}: ${description || 'helm says no more'}.`;
}
