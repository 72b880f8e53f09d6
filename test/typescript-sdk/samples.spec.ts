import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { useApp } from '../support/use-app.js';
import { compile, describeProject, useInstalledSdk } from './installed-sdk.js';

const sdk = useInstalledSdk();
const { api } = useApp('api');

it('Every TypeScript sample of the API reference compiles with the SDK', async () => {
  const { body: page } = await api.under('').get<string>('/docs/v2');
  const samples = [...page.matchAll(/<figure data-language="sdk">[^]*?<pre[^>]*>([^]*?)<\/pre>/g)].map(
    ([, text = '']) => unescaped(text.replace(/<[^>]*>/g, '')),
  );
  const operations = page.match(/class="operation"/g) ?? [];
  expect(operations.length).toBeGreaterThan(10);
  expect(samples.length).toBeGreaterThan(operations.length);
  describeProject(sdk.project, { noEmit: true });
  samples.forEach((sample, index) =>
    write(sample.includes('export const gatehouse') ? 'gatehouse.ts' : `sample-${index}.ts`, sample),
  );
  await compile(sdk.project);
}, 60_000);

function write(name: string, content: string): void {
  writeFileSync(join(sdk.project, name), content);
}

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
