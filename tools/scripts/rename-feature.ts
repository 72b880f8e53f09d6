import type { Block } from './guide.ts';

/** Comments and strings speak of work items, SQL of work_items, paths of work-items, and code of workItems. */
export function rename({ kind, path, code }: Block, plural: string, singular: string): Block {
  const replace = (text: string, style: (name: string) => string): string =>
    text
      .replace(/Note(s?)/g, (_, s) => pascal(s ? plural : singular))
      .replace(/note(s?)/g, (_, s) => style(s ? plural : singular));
  const prose = (text: string): string => {
    const renamed = text
      .replace(/note(s?)(?=-)/g, (_, s) => (s ? plural : singular))
      .replace(/\b(N|n)ote(s?)\b/g, (_, n, s) =>
        (n === 'N' ? capital : String)(words(s ? plural : singular)),
      );
    return /^[aeiou]/.test(singular)
      ? renamed.replaceAll(` a ${words(singular)}`, ` an ${words(singular)}`)
      : renamed;
  };
  const parts = code.split(/(\/\*\*[\s\S]*?\*\/|\/\/.*|`[^`]*`|'[^'\n]*'|"[^"\n]*")/);
  const renamed = parts.map((part, index) => {
    const before = parts[index - 1] ?? '';
    if (index % 2 === 0) {
      return replace(part, camel);
    }
    if (
      /^[`'"]/.test(part) &&
      (/_|^`create /.test(part) || /(tableName: |schema: |defineSchema\()$/.test(before))
    ) {
      return replace(part, snake);
    }
    return /^\/[/*]|^['"].* /.test(part) ? prose(part) : replace(part, String);
  });
  const now = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const dated = (text: string): string => text.replaceAll('20261201', now);
  return { kind, path: dated(replace(path, String)), code: dated(renamed.join('')) };
}

const words = (name: string): string => name.replaceAll('-', ' ');
const snake = (name: string): string => name.replaceAll('-', '_');
export const pascal = (name: string): string => name.split('-').map(capital).join('');
export const camel = (name: string): string =>
  name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
