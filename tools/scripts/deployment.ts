/**
 * What a deployment does, decided from what was asked and what the cluster answered, and nothing else: no file, cluster or
 * clock is touched here. scripts/deploy.mjs carries it out, and docs/guides/deploy.md tells the same for people.
 */
import { COLOURS, colours, rollbackCommand, set, testCommand, upgradeCommand } from './helm-commands.ts';
import { UserError } from '../project.mjs';
import { revisionThatServes } from './revisions.ts';

/**
 * @typedef {object} Asked
 * @property {string} release
 * @property {string} namespace
 * @property {string} chart a folder, or oci://…
 * @property {string[]} values files, the later wins
 * @property {{ strategy?: string, active?: string }} settings what those files say
 * @property {string} [version] the image's tag; not with `retire`
 * @property {string} [digest] sha256:…, which wins over the tag
 * @property {boolean} [retire] only remove the colour that doesn't serve
 * @property {string} timeout as helm takes it, such as 10m
 *
 * @typedef {{ revision: number, status: string, updated?: string, description?: string }} Revision
 *
 * @typedef {object} Found
 * @property {Revision[]} history of the release, the oldest first; empty when there is none
 * @property {Record<string, any>} values of the last revision that was deployed
 * @property {string} serving the colour that the Service points to, or empty
 *
 * @typedef {object} Stage
 * @property {string} title
 * @property {string[]} helm the command
 * @property {'upgrade' | 'test'} kind
 * @property {{ title: string, helm: string[] }} [back] the way back when it fails; without one there is none
 */

/**
 * @param {Asked} asked
 * @param {Found} found
 * @returns {{ stages: Stage[], result: string }}
 * @throws UserError with the way out
 */
export function planDeployment(asked, found) {
  const current = revisionThatServes(asked, found);
  if (asked.retire) {
    return retire(asked, found, current);
  }
  const strategy = asked.settings.strategy ?? 'rolling';
  const before = current && (found.values.strategy ?? 'rolling');
  if (before && before !== strategy) {
    throw new UserError(
      `The release ${asked.release} runs with strategy ${before}, and the values ask for ${strategy}. That change replaces ` +
        'all Deployments, with a gap. Without one: deploy under a second name (--release) and move the traffic in front of both.',
    );
  }
  return strategy === 'blueGreen' ? blueGreen(asked, found, current) : rolling(asked, current);
}

function rolling(asked, current) {
  const image = imageOf(asked);
  const back = current && rollback(asked, current);
  return {
    stages: [
      upgrade(asked, `${current ? 'Upgrade to' : 'Install'} ${asked.version}`, set('image', image), { back }),
      test(asked, 'Test it', back),
    ],
    result: `${asked.version} serves.`,
  };
}

function blueGreen(asked, found, current) {
  const image = imageOf(asked);
  if (!current) {
    const colour = found.serving || asked.settings.active || 'blue';
    return {
      stages: [
        upgrade(asked, `Install ${asked.version} as ${colour}`, colours(colour, { [colour]: image })),
        test(asked, 'Test it'),
      ],
      result: `${asked.version} serves, as ${colour}.`,
    };
  }
  const { active, idle, images } = coloursOf(asked, found);
  const back = isAsRecorded(found)
    ? rollback(asked, current)
    : keep(active, upgradeCommand(asked, colours(active, images), ['--no-hooks']));
  if (same(images[active], image)) {
    return {
      stages: [
        upgrade(asked, `${active} is ${asked.version} already: apply the values`, colours(active, images), {
          back,
        }),
        test(asked, 'Test it', back),
      ],
      result: `${asked.version} serves, as ${active}, with these values.`,
    };
  }
  const both = { [active]: images[active], [idle]: image };
  const switchBack = {
    title: `Switch back to ${active}`,
    helm: upgradeCommand(asked, colours(active, both), ['--no-hooks']),
  };
  return {
    stages: [
      upgrade(asked, `Start ${asked.version} as ${idle} beside ${active}`, colours(active, both), { back }),
      test(asked, `Test both: ${active} serves, ${idle} is the preview`, back),
      upgrade(asked, `Switch to ${idle}`, colours(idle, both), { back: switchBack, hooks: false }),
      test(asked, 'Test both again', switchBack),
    ],
    result:
      `${asked.version} serves, as ${idle}. ${active} (${nameOf(images[active])}) stays for the way back until the next ` +
      'deployment, or until --retire.',
  };
}

function retire(asked, found, current) {
  if (!current || found.values.strategy !== 'blueGreen') {
    throw new UserError(
      `Only a release with strategy blueGreen has a colour to retire, and ${asked.release} in ${asked.namespace} is none. ` +
        'Check --release and --namespace.',
    );
  }
  const { active, idle, images } = coloursOf(asked, found);
  if (!nameOf(images[idle])) {
    throw new UserError(`There is nothing to retire: ${active} serves, and ${idle} is not deployed.`);
  }
  // What the release was deployed with, and no file: to retire a colour changes nothing else.
  const onlyColours = (left) =>
    upgradeCommand({ ...asked, values: [] }, colours(active, left), [
      '--reset-then-reuse-values',
      '--no-hooks',
    ]);
  const back = isAsRecorded(found) ? rollback(asked, current) : keep(active, onlyColours(images));
  return {
    stages: [
      {
        title: `Remove ${idle} (${nameOf(images[idle])})`,
        kind: 'upgrade',
        helm: onlyColours({ [active]: images[active] }),
        back,
      },
      test(asked, `Test ${active}`, back),
    ],
    result: `${nameOf(images[active])} serves, as ${active}. ${idle} is gone, and the way back with it.`,
  };
}

/** The Service knows best who serves: somebody may have switched it in a hurry, without helm. */
function coloursOf({ release }, { values, serving }) {
  const active = serving || values.blueGreen?.active;
  const idle = COLOURS.find((colour) => colour !== active);
  const images = Object.fromEntries(
    COLOURS.map((colour) => {
      const { tag = '', digest = '' } = values.blueGreen?.[colour] ?? {};
      return [colour, { tag, digest }];
    }),
  );
  if (!COLOURS.includes(active) || !nameOf(images[active])) {
    throw new UserError(
      `The Service of ${release} points to ${active || 'no colour'}, but helm's record names no image for it. Bring both ` +
        `together with helm upgrade (docs/guides/deploy.md), and deploy again.`,
    );
  }
  return { active, idle, images };
}

/** Otherwise somebody switched without helm, and its last revision would bring back the colour that people were taken off. */
function isAsRecorded({ values, serving }) {
  return !serving || serving === values.blueGreen?.active;
}

function keep(active, helm) {
  return { title: `Go back to both colours as they were: ${active} serves`, helm };
}

function upgrade(asked, title, sets, { back, hooks = true } = {}) {
  const helm = upgradeCommand(asked, sets, hooks ? [] : ['--no-hooks']);
  return { title, kind: 'upgrade', helm, ...(back && { back }) };
}

function test(asked, title, back) {
  return { title, kind: 'test', helm: testCommand(asked), ...(back && { back }) };
}

function rollback(asked, revision) {
  return { title: `Go back to revision ${revision}`, helm: rollbackCommand(asked, revision) };
}

function imageOf({ version, digest = '' }) {
  return { tag: version, digest };
}

function same(one, other) {
  return one.tag === other.tag && one.digest === other.digest;
}

function nameOf({ tag, digest }) {
  return tag || digest;
}
