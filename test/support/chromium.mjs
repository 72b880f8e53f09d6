import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram, installPackage } from '#tools/embedded';
import { UserError } from '../../tools/project.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const WITHIN_MS = 60_000;
const PATIENCE_MS = 15_000;

/** @returns its path, after installing it if it's missing @throws UserError if that isn't possible */
export async function bringChromium() {
  const reason = findProgram(...NAMES) ? '' : await installPackage('Chromium', ['chromium'], console.log);
  const program = findProgram(...NAMES);
  if (!program) {
    throw new UserError(`This needs Chromium, which is not on the PATH. ${reason}`);
  }
  return program;
}

/** Starts Chromium, without a window, with a profile in an empty folder. It's killed after a minute. */
export function startChromium(program, profile) {
  const options = ['--headless', '--disable-gpu', '--no-first-run', `--user-data-dir=${profile}`];
  // Chromium's sandbox doesn't work for root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(program, [...options, ...sandbox, '--remote-debugging-pipe', 'about:blank'], {
    // Commands go into the fourth, and their results come out of the fifth.
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const output = text(child.stderr);
  const timer = setTimeout(() => child.kill('SIGKILL'), WITHIN_MS);
  const failed = exited.then(async () => {
    throw new Error(`Chromium ended too early:\n${await output}`);
  });
  // Whoever waits for something else at that moment would otherwise end the process.
  failed.catch(() => undefined);
  const send = protocol(child.stdio[3], child.stdio[4]);
  return {
    /** Rejects when Chromium ends. */
    failed,
    /** Opens a page in a new tab. */
    open: async (address) => {
      const { targetId } = await Promise.race([send('Target.createTarget', { url: address }), failed]);
      const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
      return tab((method, params) => Promise.race([send(method, params, sessionId), failed]));
    },
    stop: async () => {
      clearTimeout(timer);
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** The DevTools protocol: JSON messages that end with a zero byte. @returns a function that sends a command */
function protocol(commands, results) {
  const open = new Map();
  let last = 0;
  let rest = '';
  // It may end while we write.
  commands.on('error', () => undefined);
  results.setEncoding('utf8').on('data', (chunk) => {
    const messages = (rest + chunk).split('\0');
    rest = messages.pop();
    for (const { id, result, error } of messages.map((message) => JSON.parse(message))) {
      const { resolve, reject } = open.get(id) ?? {};
      open.delete(id);
      if (error) {
        reject?.(new Error(error.message));
      } else {
        resolve?.(result);
      }
    }
  });
  return (method, params = {}, sessionId) => {
    const { promise, resolve, reject } = Promise.withResolvers();
    open.set(++last, { resolve, reject });
    commands.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    return promise;
  };
}

/** Chromium gives no answer if the page goes away at that moment. @returns that it was still there */
function whileNavigating(error) {
  if (!/navigated or closed|context was destroyed/i.test(error.message)) {
    throw error;
  }
  return true;
}

/** What a person does with a page. */
function tab(send) {
  /** Runs what one would paste into the console. @returns the value of the last line */
  const run = async (expression) => {
    const options = { replMode: true, awaitPromise: true, returnByValue: true, userGesture: true };
    const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, ...options });
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  };
  const text = () => run('document.body?.innerText ?? ""');
  const see = (expected) =>
    until(async () => (await text()).includes(expected), `The page should show "${expected}"`);
  const until = async (holds, otherwise) => {
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await holds())) {
      if (performance.now() > deadline) {
        throw new Error(`${otherwise}. It shows: ${await text()}`);
      }
      await delay(20);
    }
  };
  const find = (selector, label = '') =>
    `[...document.querySelectorAll(${JSON.stringify(selector)})]
      .find((element) => element.innerText.startsWith(${JSON.stringify(label)}))`;
  return {
    run,
    see,
    type: async (selector, value) => {
      await run(`${find(selector)}.select()`);
      await send('Input.insertText', { text: value });
    },
    press: async (label) => {
      await see(label);
      await run(`${find('button', label)}.click()`);
    },
    /** As if the device had a sensor that always recognizes its owner. */
    addAuthenticator: async () => {
      await send('WebAuthn.enable');
      const abilities = { hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
      const options = { protocol: 'ctap2', transport: 'internal', ...abilities };
      await send('WebAuthn.addVirtualAuthenticator', { options });
    },
    focusIsOn: (name) =>
      until(
        () => run(`document.activeElement.name === ${JSON.stringify(name)}`),
        `The focus should be on ${name}`,
      ),
    forgetCookies: () => send('Network.clearBrowserCookies'),
    reload: async () => {
      await run('window.isOld = true');
      await send('Page.reload');
      const isOld = () => run('window.isOld').catch(whileNavigating);
      await until(async () => !(await isOld()), 'The page should have been reloaded');
    },
  };
}
