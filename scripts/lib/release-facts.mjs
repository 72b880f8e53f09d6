/** What a release says of itself. Pure functions; scripts/release.mjs gathers what they need. */

/**
 * @param {string} tag such as v1.5.0, or v2.0.0-beta.1
 * @param {Record<string, string>} versions what each place says, by the name of the place
 * @returns {string[]} a sentence for each place that says something else; empty when all agree
 */
export function disagreements(tag, versions) {
  const wanted = versionOf(tag);
  if (!wanted) {
    return [
      `${tag} is not the tag of a release: it has to be v and a version, such as v1.5.0 or v2.0.0-beta.1.`,
    ];
  }
  return Object.entries(versions).flatMap(([place, version]) =>
    version === wanted ? [] : [`${place} says ${version ?? 'nothing'}, not ${wanted}.`],
  );
}

/** @returns {string | undefined} the version in a release's tag */
export function versionOf(tag) {
  return /^v(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$/.exec(tag)?.[1];
}

/**
 * @param {{ version: string, since?: string, subjects: string[], image?: string, chart?: string }} facts `subjects` of the
 *   commits, the newest first; `image` and `chart` where they were published
 * @returns {string} in Markdown
 */
export function notes({ version, since, subjects, image, chart }) {
  const changes = subjects.toReversed().map((subject) => `- ${subject}`);
  const places = [
    ...(image ? [`docker pull ${image}:${version}`] : []),
    ...(chart ? [`helm pull ${chart} --version ${version}`] : []),
  ];
  return [
    `## ${since ? `Changes since ${since}` : 'Changes'}\n`,
    ...(changes.length > 0 ? changes : ['None.']),
    ...(places.length > 0 ? ['\n## Where it is\n', '```sh', ...places, '```'] : []),
    '',
  ].join('\n');
}
