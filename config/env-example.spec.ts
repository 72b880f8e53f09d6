import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from '../test/support/environment.js';
import { parseEnvironment } from './environment.js';

/** Of `npm start` alone: tools/embedded reads it, the application does not. */
const OF_THE_SUPERVISOR = ['DATA_DIR'];

/** The names that the parse asks for, seen by an environment that notes what is looked up in it. */
function variablesRead(): string[] {
  const asked = new Set<string>();
  const env = new Proxy<Record<string, string>>(
    {},
    {
      get: (_, name) => {
        asked.add(String(name));
        return name === 'NODE_ENV' ? 'production' : undefined;
      },
    },
  );
  expect(() => parseEnvironment(env, 'all')).toThrow();
  return [...asked].filter((name) => !asked.has(name.replace(/_FILE$/, '')) || !name.endsWith('_FILE'));
}

function variablesDocumented(): string[] {
  const text = readFileSync('.env.example', 'utf8');
  return [...text.matchAll(/^# ([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name ?? '');
}

describe('.env.example', () => {
  it('lists every variable the application reads, once each, and no others', () => {
    const documented = variablesDocumented();
    expect(documented.toSorted()).toEqual([...variablesRead(), ...OF_THE_SUPERVISOR].toSorted());
    expect(documented).toHaveLength(new Set(documented).size);
  });

  it('sets nothing, so an unedited copy changes nothing', () => {
    const text = readFileSync('.env.example', 'utf8');
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  it("shows defaults that match the parser's", () => {
    const text = readFileSync('.env.example', 'utf8');
    const shown = Object.fromEntries(
      [...text.matchAll(/^# ([A-Z][A-Z0-9_]*)=(.+)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    expect(parse(shown)).toEqual(parse());
  });
});
