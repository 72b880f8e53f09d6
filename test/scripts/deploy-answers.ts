import type { Answer } from './run-deploy.js';

const DEPLOYED = history({ revision: 3, status: 'deployed' });
export const UPGRADED = { 'helm history': history({ revision: 4, status: 'deployed' }) };
const NO_COLOUR = { out: JSON.stringify({ items: [{ spec: { selector: {} } }] }) };
const EVENTS = {
  out: JSON.stringify({
    items: [
      { ...warning('Killing of last week'), lastTimestamp: '2020-01-01T00:00:00Z' },
      { ...warning('Back-off pulling image'), lastTimestamp: '2999-01-01T00:00:00Z' },
    ],
  }),
};
export const ROLLING = {
  'helm history': DEPLOYED,
  'helm get values': { out: '{"image":{"tag":"1.4.0"}}' },
  'kubectl get services': NO_COLOUR,
  'kubectl get events': EVENTS,
  'kubectl config': { out: 'staging\n' },
};

export function history(...revisions: object[]): Answer {
  return { out: JSON.stringify(revisions) };
}

/** Program and first argument. */
export function verbs(call: string): string {
  return call.split(' ').slice(0, 2).join(' ');
}

function warning(message: string) {
  return { involvedObject: { kind: 'Pod', name: 'gatehouse-api-1' }, reason: 'Failed', message };
}
