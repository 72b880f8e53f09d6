/** The commands of a deployment, as helm 3 and 4 take them. */

export const COLOURS = ['blue', 'green'];

/** @param {import('./deployment.mjs').Asked} asked */
export function upgradeCommand({ release, namespace, chart, values, version, timeout }, sets, flags = []) {
  const published = chart.startsWith('oci://') && version ? ['--version', version] : [];
  const files = values.flatMap((file) => ['--values', file]);
  const patience = ['--wait', '--timeout', timeout];
  return [
    'upgrade',
    release,
    chart,
    '--install',
    '--namespace',
    namespace,
    ...published,
    ...files,
    ...sets,
    ...flags,
    ...patience,
  ];
}

export function testCommand({ release, namespace }) {
  return ['test', release, '--namespace', namespace, '--timeout', '5m'];
}

/** Without hooks: the schema stays, since migrations only add what the previous release can live with. */
export function rollbackCommand({ release, namespace, timeout }, revision) {
  const patience = ['--wait', '--timeout', timeout];
  return ['rollback', release, String(revision), '--namespace', namespace, '--no-hooks', ...patience];
}

/** All of them are always set, so that a file that names an older colour or image changes nothing. */
export function colours(active, images) {
  const none = { tag: '', digest: '' };
  return [
    '--set-string',
    `blueGreen.active=${active}`,
    ...COLOURS.flatMap((colour) => set(`blueGreen.${colour}`, images[colour] ?? none)),
  ];
}

export function set(path, { tag, digest }) {
  return ['--set-string', `${path}.tag=${tag}`, '--set-string', `${path}.digest=${digest}`];
}
