import { loadScript } from './load.js';

export interface Stage {
  readonly title: string;
  readonly helm: string[];
  readonly back?: { readonly title: string; readonly helm: string[] };
}

export const { othersWork } = await loadScript<{
  othersWork: (before: object[], now: object[], ours: { upgrades: number; failure?: string }) => string;
}>('revisions');

export const { planDeployment } = await loadScript<{
  planDeployment: (asked: object, found: object) => { stages: Stage[]; result: string };
}>('deployment');

export const ASKED = {
  release: 'gatehouse',
  namespace: 'accounts',
  chart: 'helm/gatehouse',
  values: ['production.yaml'],
  settings: {},
  version: '1.5.0',
  timeout: '10m',
};
export const NOTHING = { history: [], values: {}, serving: '' };
export const BLUE_GREEN = { ...ASKED, settings: { strategy: 'blueGreen' } };
export const BLUE_SERVES = {
  history: [
    { revision: 6, status: 'superseded' },
    { revision: 7, status: 'deployed' },
  ],
  values: { strategy: 'blueGreen', blueGreen: { active: 'blue', blue: { tag: '1.4.0' } } },
  serving: 'blue',
};
export const ROLLS = {
  history: [{ revision: 3, status: 'deployed' }],
  values: { image: { tag: '1.4.0' } },
  serving: '',
};
