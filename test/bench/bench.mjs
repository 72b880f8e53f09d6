import { startEnvironment } from '../support/processes.mjs';
import { measureAdministration } from './administration.mjs';
import { measureBroadcast } from './broadcast.mjs';
import { measureFactors } from './factors.mjs';
import { measureImport } from './import.mjs';
import { measureIpRules } from './ip-rules.mjs';
import { measureLimits } from './limits.mjs';
import { measureLists } from './lists.mjs';
import { measureMailFailures, measureMails } from './mails.mjs';
import { measureProfile } from './profile.mjs';
import { measureQueues } from './queues.mjs';
import { measureRefreshes } from './refreshes.mjs';
import { measureRotation } from './rotation.mjs';
import { measureScale } from './scale.mjs';
import { measureSignIn } from './sign-in.mjs';
import { measureStart } from './start.mjs';
import { measureStreams } from './streams.mjs';
import { measureTiming } from './timing.mjs';
import { measureTracing } from './tracing.mjs';
import { UserError } from '../../tools/project.mjs';

/** Measurements by name. `npm run bench -- profile` runs one of them. */
const MEASUREMENTS = {
  profile: measureProfile,
  'sign-in': measureSignIn,
  refreshes: measureRefreshes,
  factors: measureFactors,
  timing: measureTiming,
  lists: measureLists,
  limits: measureLimits,
  'ip-rules': measureIpRules,
  tracing: measureTracing,
  administration: measureAdministration,
  import: measureImport,
  streams: measureStreams,
  start: measureStart,
};

/** Only on request, because filling the servers takes minutes. */
const ON_REQUEST = {
  rotation: measureRotation,
  scale: measureScale,
  queues: measureQueues,
  mails: measureMails,
  'mail-failures': measureMailFailures,
  broadcast: measureBroadcast,
};
const ALL = { ...MEASUREMENTS, ...ON_REQUEST };

/** @returns {Promise<number>} the exit code: 1 when a result misses its target */
export async function bench() {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in ALL));
  if (unknown.length > 0) {
    throw new UserError(
      `Unknown measurement "${unknown.join('", "')}". Known: ${Object.keys(ALL).join(', ')}.`,
    );
  }
  const environment = await startEnvironment();
  const rows = [];
  try {
    for (const [name, measure] of Object.entries(ALL)) {
      if (wanted.length === 0 ? name in MEASUREMENTS : wanted.includes(name)) {
        process.stdout.write(`measuring ${name} …\n`);
        rows.push(...(await measure(environment)));
      }
    }
  } finally {
    await environment.stop();
    print(rows);
  }
  return rows.some((row) => row.met === false) ? 1 : 0;
}

function print(rows) {
  const width = Math.max(0, ...rows.map(({ what }) => what.length));
  process.stdout.write('\n');
  for (const { what, value, target, met, detail } of rows) {
    const verdict = met === undefined ? '' : met ? 'met' : 'MISSED';
    process.stdout.write(
      `${what.padEnd(width)}  ${value.padStart(9)}  ${(target ?? '').padEnd(12)} ${verdict.padEnd(6)} ${detail ?? ''}\n`,
    );
  }
}
