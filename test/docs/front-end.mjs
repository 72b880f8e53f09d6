import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters, promisify } from 'node:util';
import { spawnTied } from '#tools/embedded';
import { stopChild } from '../../tools/embedded/tied-child.ts';
import { applyBlock, blocksIn } from '../../tools/scripts/guide.ts';
import { root } from '../../tools/project.mjs';
import { bringChromium, startChromium } from '../support/chromium.mjs';

const GUIDE = 'docs/guides/front-end.md';
const WITHIN_MS = 180_000;

/** `npm run browser`: does what docs/guides/front-end.md says, with the commands and files that it has. */
export async function followGuide() {
  const chromium = await bringChromium();
  const guide = await readFile(GUIDE, 'utf8');
  const [startGatehouse, startApp] = commands(guide, 'sh');
  const [install, build] = commands(guide, 'bash');
  const [snippet] = commands(guide, 'js');
  const [, email] = /`(\S+@example\.com)`/.exec(guide);
  const [, password] = /password `([^`]+)`/.exec(guide);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-front-end-'));
  const running = [];
  const start = async (...args) => {
    const server = serve(...args);
    running.push(server);
    return server.url;
  };
  try {
    // Next to each other, as in the guide.
    const app = join(folder, 'my-app');
    await mkdir(app);
    await symlink(root, join(folder, 'gatehouse'));
    const api = await start(startGatehouse, root, {
      DATA_DIR: join(folder, 'data'),
      PORT: '0',
      MANAGEMENT_PORT: '0',
      // The default is what we want to see, whatever the developer uses.
      CORS_ORIGINS: '',
    });
    step(`${startGatehouse}: ${api}`);
    blocksIn(guide).forEach((block) => applyBlock(app, block));
    await bash(install, app);
    step('the packages are installed');
    await bash(build, app);
    step('the app compiles');
    const page = await start(startApp, app, { VITE_GATEHOUSE_URL: api });
    step(`${startApp}: ${page}`);
    if (new URL(page).origin === new URL(api).origin) {
      throw new Error('The page and the API should have different origins.');
    }
    const browser = startChromium(chromium, join(folder, 'profile'));
    running.push(browser);
    await usePage(await browser.open(page), { email, password });
    await useSnippet(await browser.open(page), snippet.replaceAll('http://localhost:3000', api), email);
    await moveToCookie(app);
    await useCookie(await browser.open(page), { email, password });
    return 0;
  } finally {
    for (const { stop } of running.reverse()) {
      await stop();
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function usePage(page, { email, password }) {
  await page.see('Sign up');
  await page.type('[name=email]', email);
  await page.type('[name=password]', 'a wrong password');
  await page.press('Sign in');
  await page.see('The email address or password is wrong.');
  if ((await page.run('document.querySelector("[name=email]").value')) !== email) {
    throw new Error('The page should keep the address after a wrong password.');
  }
  step('a wrong password is an error');
  await page.type('[name=password]', password);
  await page.press('Sign up');
  await page.see(email);
  step('signing up shows the address');
  await page.reload();
  await page.see(email);
  step('a reload does, too');
  await page.press('Sign out');
  await page.see('Sign in');
  await page.reload();
  await page.see('Sign in');
  step('signing out lasts');
  await page.type('[name=email]', email);
  await page.type('[name=password]', password);
  await page.press('Sign in');
  await page.see(email);
  step('signing in shows the address again');
}

async function useSnippet(page, code, email) {
  // Until the page has loaded, the tab has another origin, which may not call the API. All tabs share the session.
  await page.see(email);
  const me = await page.run(code);
  if (me.email !== email) {
    throw new Error(`The lines with fetch should return the user, but they return ${JSON.stringify(me)}`);
  }
  step('the lines with fetch return the user');
}

/** "In `main.tsx`, write `cookieStorage` instead of `webStorage`, in both places." */
async function moveToCookie(app) {
  const file = join(app, 'src', 'main.tsx');
  const code = await readFile(file, 'utf8');
  const moved = code.replaceAll('webStorage', 'cookieStorage');
  if (moved.split('cookieStorage').length !== 3) {
    throw new Error('The guide says that there are two places.');
  }
  await writeFile(file, moved);
}

async function useCookie(page, { email, password }) {
  await page.see(email);
  step('with a cookie, people stay signed in');
  await page.press('Sign out');
  await page.see('Sign in');
  await page.type('[name=email]', email);
  await page.type('[name=password]', password);
  await page.press('Sign in');
  await page.see(email);
  await page.reload();
  await page.see(email);
  const readable = await page.run('JSON.stringify({ ...localStorage }) + document.cookie');
  if (!readable.includes(email) || /token/i.test(readable)) {
    throw new Error(`Scripts should find the user but no tokens, and they find ${readable}`);
  }
  step('and scripts find no tokens');
}

function commands(guide, language) {
  return [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]+?)\`\`\`$`, 'gm'))].map(([, code]) =>
    code.trim(),
  );
}

async function bash(script, cwd) {
  await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd, timeout: WITHIN_MS }).catch(
    ({ stdout, stderr }) => {
      throw new Error(`"${script}" failed:\n${stdout}${stderr}`);
    },
  );
}

/** Runs a command that goes on until it's stopped. `url` resolves to the first that it prints. */
function serve(command, cwd, env) {
  const { promise: url, resolve, reject } = Promise.withResolvers();
  const child = spawnTied({
    command: 'bash',
    args: ['-c', `exec ${command}`],
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    deathSignal: 'SIGTERM',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += stripVTControlCharacters(chunk);
      const [, found] = /(http:\/\/localhost:\d+)\/?\s/.exec(output) ?? [];
      if (found) {
        resolve(found);
      }
    });
  }
  child.once('exit', () => reject(new Error(`"${command}" ended too early:\n${output}`)));
  const timer = setTimeout(() => reject(new Error(`"${command}" printed no URL:\n${output}`)), WITHIN_MS);
  return {
    url: url.finally(() => clearTimeout(timer)),
    stop: async () => {
      await stopChild(child, 'SIGTERM', 20_000);
      try {
        // npm ends without what it has started.
        process.kill(-Number(child.pid), 'SIGTERM');
      } catch {
        // Nothing is left.
      }
    },
  };
}

function step(what) {
  console.log(`ok      ${what}`);
}
