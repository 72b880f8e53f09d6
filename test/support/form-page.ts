import { runInNewContext } from 'node:vm';
import { expect } from '@jest/globals';

interface Answered {
  /** 0 if there's none. */
  readonly status: number;
  readonly body?: object;
}

interface Sent {
  readonly path: string;
  readonly method: string;
  readonly headers: object;
  readonly body: string;
}

export type FormPage = ReturnType<typeof openFormPage>;

/** A page with two forms or three, in a browser that has only what its script uses. */
export function openFormPage(html: string, search: string, { hasPasskeys = true } = {}) {
  const script = /<script>([^]*)<\/script>/.exec(html)?.[1] ?? '';
  const texts = [...html.matchAll(/data-(\w+)="([^"]+)"/g)].map(([, name, text = '']) => [
    name,
    unescaped(text),
  ]);
  const [, firstHidden, fieldHidden, secondHidden] =
    /<form( hidden)?>\s*<p( hidden)?>[^]*name="(?:password|code)"[^]*<form( hidden)?>[^]*name="email"/.exec(
      html,
    ) ?? [];
  const requests: Sent[] = [];
  const page = { focused: undefined as unknown, answers: [] as Answered[], assertion: undefined as unknown };
  const focusable = () => {
    const element = { hidden: false, textContent: '', focus: () => (page.focused = element) };
    return element;
  };
  /** Around the only field of the first form: a password or a code. */
  const field = { hidden: fieldHidden !== undefined };
  const input = (around: { hidden: boolean }) => {
    const element = {
      ...focusable(),
      value: '',
      invalid: undefined as string | undefined,
      closest: () => around,
      setAttribute: (_: string, value: string) => (element.invalid = value),
      focus: () => (page.focused = element),
    };
    return element;
  };
  const [password, email] = [input(field), input({ hidden: false })];
  const form = (hidden: boolean) => {
    const button = { disabled: false };
    return {
      hidden,
      password,
      code: password,
      email,
      button,
      submit: undefined as unknown as (event: object) => Promise<void>,
      querySelectorAll: () => [button],
      addEventListener(_: string, listener: (event: object) => Promise<void>) {
        this.submit = listener;
      },
    };
  };
  const [first, second] = [form(firstHidden !== undefined), form(secondHidden !== undefined)];
  // Some pages have another one.
  const [, thirdHidden] = /name="email"[^]*<form( hidden)?>/.exec(html) ?? [];
  const third = {
    ...form(thirdHidden !== undefined),
    ...secondFactorControls(() => input({ hidden: false })),
  };
  const status = focusable();
  const lead = { hidden: false, textContent: '', dataset: Object.fromEntries(texts) };
  runInNewContext(script, {
    URLSearchParams,
    location: { search },
    document: {
      forms: [first, second, third],
      querySelector: (selector: string) => (selector === '[data-done]' ? lead : status),
      querySelectorAll: () => [password, email, third.totp, third.recovery],
    },
    navigator: {
      credentials: {
        get: () =>
          page.assertion === undefined
            ? Promise.reject(new Error('cancelled'))
            : Promise.resolve(page.assertion),
      },
    },
    ...(hasPasskeys
      ? { PublicKeyCredential: { parseRequestOptionsFromJSON: (options: object) => options } }
      : {}),
    fetch: (path: string, { method, headers, body }: Sent) => {
      requests.push({ path, method, headers: { ...headers }, body });
      const { status: answered, body: answer = {} } = page.answers.shift() ?? { status: 0 };
      return answered === 0
        ? Promise.reject(new TypeError('there is no network'))
        : Promise.resolve({ status: answered, ok: answered < 400, json: () => Promise.resolve(answer) });
    },
  });
  /** @param answer the status of the response; 0 for none */
  const submit = async (which: typeof first, answer: number, problem = {}): Promise<void> => {
    page.answers = [{ status: answer, body: problem }];
    let prevented = false;
    await which.submit({ preventDefault: () => (prevented = true) });
    expect(prevented).toBe(true);
  };
  /** @param assertion what the authenticator signs, if anything */
  const usePasskey = async (assertion: object | undefined, ...answers: Answered[]): Promise<void> => {
    page.assertion = assertion;
    page.answers = answers;
    await third.passkey.click();
  };
  return {
    requests,
    usePasskey,
    first,
    second,
    third,
    password,
    code: password,
    field,
    email,
    status,
    lead,
    submit,
    get focused() {
      return page.focused;
    },
  };
}

/** What the form for a second factor has. */
function secondFactorControls<Input extends object>(input: () => Input) {
  const button = () => ({
    hidden: false,
    click: () => Promise.resolve(),
    addEventListener(_: string, listener: () => Promise<void>) {
      this.click = listener;
    },
  });
  return {
    totp: input(),
    recovery: input(),
    trust: { checked: false },
    passkey: button(),
    userecovery: button(),
    usetotp: button(),
  };
}

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
