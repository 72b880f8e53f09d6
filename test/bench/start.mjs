import { readFile } from 'node:fs/promises';
import { median } from './statistics.mjs';

const ROLES = ['api', 'worker', 'notifications', 'all'];
const ROUNDS = 5;

/** How long each role takes to be ready, and how much memory it then uses. */
export async function measureStart(environment) {
  const rows = [];
  for (const role of ROLES) {
    const rounds = [];
    for (let i = 0; i < ROUNDS; i += 1) {
      const started = await environment.startRole(role);
      rounds.push({ readyMs: started.readyMs, megabytes: await proportionalMegabytes(started.pid) });
      await started.stop();
    }
    rows.push({
      what: `role ${role}: start to readiness`,
      value: `${Math.round(median(rounds.map(({ readyMs }) => readyMs)))} ms`,
      detail: `${Math.round(median(rounds.map(({ megabytes }) => megabytes)))} MB (PSS) when ready`,
    });
  }
  return rows;
}

/** The proportional set size: a page that several processes share counts in part. */
async function proportionalMegabytes(pid) {
  const memory = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+)/m.exec(memory)?.[1] ?? Number.NaN) / 1024;
}
