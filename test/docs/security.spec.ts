import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const page = readFileSync('docs/security.md', 'utf8');

/** By the beginning of a chapter's heading: what it has to answer. ASVS 5.0.0 at levels 1 and 2. */
const REQUIREMENTS: Readonly<Record<string, string>> = {
  'OWASP API Security Top 10': 'API1 API2 API3 API4 API5 API6 API7 API8 API9 API10',
  V4: '4.1.1 4.1.2 4.1.3 4.2.1 4.3.1 4.3.2 4.4.1 4.4.2 4.4.3 4.4.4',
  V6:
    '6.1.1 6.1.2 6.1.3 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.2.9 6.2.10 6.2.11 6.2.12 6.3.1 6.3.2 6.3.3 ' +
    '6.3.4 6.4.1 6.4.2 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 6.6.3 6.8.1 6.8.2 6.8.3 6.8.4',
  V7:
    '7.1.1 7.1.2 7.1.3 7.2.1 7.2.2 7.2.3 7.2.4 7.3.1 7.3.2 ' +
    '7.4.1 7.4.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2',
  V8: '8.1.1 8.1.2 8.2.1 8.2.2 8.2.3 8.3.1 8.4.1',
  V9: '9.1.1 9.1.2 9.1.3 9.2.1 9.2.2 9.2.3 9.2.4',
  V10:
    '10.1.1 10.1.2 10.2.1 10.2.2 10.3.1 10.3.2 10.3.3 10.3.4 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 10.4.6 10.4.7 10.4.8 ' +
    '10.4.9 10.4.10 10.4.11 10.5.1 10.5.2 10.5.3 10.5.4 10.5.5 10.6.1 10.6.2 10.7.1 10.7.2 10.7.3',
  V11:
    '11.1.1 11.1.2 11.2.1 11.2.2 11.2.3 11.3.1 11.3.2 11.3.3 ' + '11.4.1 11.4.2 11.4.3 11.4.4 11.5.1 11.6.1',
  V12: '12.1.1 12.1.2 12.1.3 12.2.1 12.2.2 12.3.1 12.3.2 12.3.3 12.3.4',
  V14: '14.1.1 14.1.2 14.2.1 14.2.2 14.2.3 14.2.4 14.3.1 14.3.2 14.3.3',
  V16:
    '16.1.1 16.2.1 16.2.2 16.2.3 16.2.4 16.2.5 16.3.1 16.3.2 16.3.3 16.3.4 ' +
    '16.4.1 16.4.2 16.4.3 16.5.1 16.5.2 16.5.3',
};

interface Row {
  readonly item: string;
  readonly numbers: readonly string[];
  /** The parts of the last column. */
  readonly evidence: readonly string[];
}

const rows = Object.keys(REQUIREMENTS).flatMap(rowsOf);
/** What the last column may say: a test, code, a page, or why there is none. */
const EVIDENCE = [
  /^\[[\w.-]+\.spec\.ts\]\((?<path>\S+\.spec\.ts)\): (?<title>\S.*)$/,
  /^Code: \[\S+\]\(\S+\.ts\)/,
  /^Page: \[\S+\]\(\S+\)/,
  /^(Yours|Doesn't apply|\*\*Not yet\*\*|\*\*By choice\*\*): \S/,
];

function sectionOf(heading: string): string {
  return page.split(/^## /m).find((section) => section.startsWith(heading)) ?? '';
}

function rowsOf(chapter: string): Row[] {
  const lines = sectionOf(`${chapter} `).split('\n');
  return lines.filter((line) => /^\| (API)?\d/.test(line)).map(toRow);
}

function toRow(line: string): Row {
  const [item = '', , shownBy = ''] = line.slice(1, -1).split('|');
  return { item, numbers: numbersIn(item), evidence: shownBy.trim().split('<br>') };
}

function numbersIn(text: string): string[] {
  return text.match(/\bAPI\d+\b|\b\d+\.\d+\.\d+\b/g) ?? [];
}

/** The numbers at the beginning of each item of a list. */
function listedUnder(heading: string): string[] {
  const items = sectionOf(heading).match(/^- \*\*.*?:/gm) ?? [];
  return items.flatMap(numbersIn);
}

function numbersThatAre(answer: string): string[] {
  const answered = rows.filter(({ evidence }) => evidence.some((part) => part.startsWith(`**${answer}**`)));
  return answered.flatMap(({ numbers }) => numbers);
}

/** A literal that is the title, or begins with it if that ends in "…". Elsewhere, "…" is for a value of `it.each`. */
function literalOf(title: string): RegExp {
  const isBeginning = title.endsWith('…');
  const text = title
    .replace(/…$/, '')
    .split('…')
    .map(escaped)
    .join(String.raw`(?:%\w|\$[\w.]+)`);
  return new RegExp(`(?<quote>['"\`])${text}${isBeginning ? '' : String.raw`\k<quote>`}`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

describe('the security checklist', () => {
  it.each(Object.entries(REQUIREMENTS))('answers each requirement of %s once', (chapter, required) => {
    const answered = rowsOf(chapter);
    const ofLevel3 = answered.filter(({ item }) => item.includes('(L3)')).flatMap(({ numbers }) => numbers);
    const all = answered.flatMap(({ numbers }) => numbers).sort();
    expect(all).toEqual([...required.split(' '), ...ofLevel3].sort());
    expect(new Set(all).size).toBe(all.length);
  });

  it('says of each what supports the answer', () => {
    const others = rows.flatMap(({ evidence }) =>
      evidence.filter((part) => !EVIDENCE.some((form) => form.test(part))),
    );
    expect(others).toEqual([]);
  });

  it('names tests that exist', () => {
    const named = rows.flatMap(({ evidence }) =>
      evidence.flatMap((part) => {
        const { path, title } = EVIDENCE[0]?.exec(part)?.groups ?? {};
        return path === undefined || title === undefined ? [] : [{ path: join('docs', path), title }];
      }),
    );
    expect(named.length).toBeGreaterThan(100);
    const missing = named.filter(({ path, title }) => {
      const source = existsSync(path) ? readFileSync(path, 'utf8').replaceAll("\\'", "'") : '';
      return !literalOf(title).test(source);
    });
    expect(missing).toEqual([]);
  });

  it('links to files that exist', () => {
    const links = [...page.matchAll(/\]\((?!https:)([^)#]+)/g)].map(([, path = '']) => join('docs', path));
    expect(links.filter((path) => !existsSync(path))).toEqual([]);
  });

  it.each(['Not yet', 'By choice'])(
    'explains everything that is answered with "%s", and nothing else',
    (answer) => {
      expect(listedUnder(answer).sort()).toEqual(numbersThatAre(answer).sort());
    },
  );
});
