/** The contents of a release. Pure functions; release.ts gathers what they need. */

/**
 * @param tag such as v1.5.0, or v2.0.0-beta.1
 * @param versions the version in each place, by the name of the place
 * @returns a sentence for each place with a different version
 */
export function disagreements(tag: string, versions: Readonly<Record<string, string | undefined>>): string[] {
  const wanted = versionOf(tag);
  if (!wanted) {
    return [`${tag} is not a release tag. It must be v and a version, such as v1.5.0 or v2.0.0-beta.1.`];
  }
  return Object.entries(versions).flatMap(([place, version]) =>
    version === wanted ? [] : [`${place} is ${version ?? 'not set'}, not ${wanted}.`],
  );
}

/** @returns the version in a release tag */
export function versionOf(tag: string): string | undefined {
  return /^v(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$/.exec(tag)?.[1];
}

export interface Facts {
  readonly version: string;
  /** The tag of the release before. */
  readonly since?: string | undefined;
  /** Of the commits, the newest first. */
  readonly subjects: readonly string[];
  /** Where the image and the chart are published. */
  readonly image?: string | undefined;
  readonly chart?: string | undefined;
}

/** The release notes, in Markdown. */
export function notes({ version, since, subjects, image, chart }: Facts): string {
  const changes = subjects.toReversed().map((subject) => `- ${subject}`);
  const commands = [
    ...(image ? [`docker pull ${image}:${version}`] : []),
    ...(chart ? [`helm pull ${chart} --version ${version}`] : []),
  ];
  return [
    `## ${since ? `Changes since ${since}` : 'Changes'}\n`,
    ...(changes.length > 0 ? changes : ['None.']),
    ...(commands.length > 0 ? ['\n## Get it\n', '```sh', ...commands, '```'] : []),
    '',
  ].join('\n');
}
