/**
 * Loaded before a process (`NODE_OPTIONS=--import`), makes it one of an earlier release: it doesn't know the messages whose
 * declarations the variable `UNKNOWN_MESSAGES` names, and the fields that `UNKNOWN_FIELDS` names.
 */
import { registerHooks } from 'node:module';

const CONTRACTS = '/dist/libs/contracts/src/';
const messages = namesIn('UNKNOWN_MESSAGES');
const fields = namesIn('UNKNOWN_FIELDS');

function namesIn(variable) {
  return (process.env[variable] ?? '').split(',').filter((name) => name !== '');
}

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.includes(CONTRACTS) || loaded.format !== 'module') {
      return loaded;
    }
    let source = Buffer.from(loaded.source).toString();
    for (const type of messages) {
      source = source.replaceAll(`'${type}'`, `'not-yet.${type}'`);
    }
    for (const field of fields) {
      source = source.replaceAll(new RegExp(`"${field}"`, 'g'), `"not-yet-${field}"`);
    }
    return { ...loaded, source };
  },
});
