import { registerHooks } from 'node:module';

/**
 * Preloaded (`--import`): turns the application into one without any tracing code. Functions that start spans only do
 * the work itself.
 */
const TRACED = new URL('../../dist/libs/telemetry/src/tracing/traced.js', import.meta.url).href;

const BARE = `
export const isBare = true;
export const startTracing = async () => { throw new Error('there is no tracing here'); };
export const currentTracing = () => undefined;
export const currentSpanIds = () => undefined;
export const traced = (options, work) => work();
export const tracedChild = (options, work) => work();
`;

registerHooks({
  load: (url, context, next) =>
    url === TRACED ? { format: 'module', source: BARE, shortCircuit: true } : next(url, context),
});

const { isBare } = await import(TRACED);
if (!isBare) {
  throw new Error('the module that begins spans is elsewhere: this measures nothing any more');
}
