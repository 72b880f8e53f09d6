/** Read by `npm start`: whoever sets one has not misspelled anything. */
const RESERVED = new Set(['DATA_DIR']);

/** What shells, package managers, containers, CI and clouds set. Kubernetes adds variables for each Service. */
const FOREIGN =
  /^(_|LC_|XDG_|SSH_|DBUS_|GPG_|npm_|NPM_|YARN_|PNPM_|NVM_|NODE_(?!ENV)|UV_|PG[A-Z]+$|KUBE|DOCKER_|CI$|CI_|GITHUB_|GITLAB_|RUNNER_|AWS_|AZURE_|GOOGLE_|GCP_)|_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP)/;

/** No typo is longer than this. TRUSTED_PROXY for TRUSTED_PROXIES has three. */
const MAX_EDITS = 3;
/** The share of a word that may differ. USER for URL is another word. */
const WORD_SHARE = 0.45;
const SHORT_WORD = 3;

/**
 * Variables that look like misspelled ones of ours, with the name that was probably meant. Never reports a name that
 * only resembles a variable that is set.
 * @param known every name that we read
 */
export function misspellingsIn(
  env: Readonly<Record<string, string | undefined>>,
  known: ReadonlySet<string>,
): string[] {
  const names = [...known].flatMap((name) => [name, `${name}_FILE`]);
  const isSet = (name: string): boolean => Boolean(env[name] ?? env[`${name}_FILE`]);
  const open = names.filter((name) => !isSet(name.replace(/_FILE$/, '')));
  return Object.keys(env)
    .filter((name) => env[name] && !names.includes(name) && !isForeign(name))
    .flatMap((name) => {
      const meant = nearest(name.toUpperCase(), open);
      return meant === undefined ? [] : [`${name} is not a variable of Gatehouse: did you mean ${meant}?`];
    });
}

function isForeign(name: string): boolean {
  return FOREIGN.test(name) || RESERVED.has(name.replace(/_FILE$/, ''));
}

function nearest(name: string, candidates: readonly string[]): string | undefined {
  return candidates
    .map((candidate) => ({ candidate, edits: editsBetween(name, candidate) }))
    .filter(({ edits }) => edits <= MAX_EDITS)
    .sort((one, other) => one.edits - other.edits)[0]?.candidate;
}

/** Infinity if a word differs too much. A forgotten underscore counts as one edit. */
function editsBetween(name: string, candidate: string): number {
  const words = name.split('_');
  const wanted = candidate.split('_');
  if (words.length !== wanted.length) {
    return words.join('') === wanted.join('') ? 1 : Infinity;
  }
  return words.reduce((sum, word, index) => sum + editsOfWord(word, wanted[index] ?? ''), 0);
}

function editsOfWord(word: string, wanted: string): number {
  const length = Math.max(word.length, wanted.length);
  const edits = distance(word, wanted);
  if (edits === 0 || (word === 'URI' && wanted === 'URL')) {
    return edits;
  }
  return length > SHORT_WORD && edits <= length * WORD_SHARE ? edits : Infinity;
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function distance(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= one.length; i += 1) {
    const [before = [], above = []] = [rows[i - 2], rows[i - 1]];
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1];
      const isSwap = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row[j] = Math.min(
        (above[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (above[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwap && i > 1 && j > 1 ? (before[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    rows.push(row);
  }
  return rows[one.length]?.[other.length] ?? 0;
}
