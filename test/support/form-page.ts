import { runInNewContext } from 'node:vm';
import { expect } from '@jest/globals';

interface Sent {
  readonly path: string;
  readonly method: string;
  readonly headers: object;
  readonly body: string;
}

export type FormPage = ReturnType<typeof openFormPage>;

/** A page with two forms or three, in a browser that has only what its script uses. */
export function openFormPage(html: string, search: string) {
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
  const page = { focused: undefined as unknown, nextStatus: 0, nextProblem: {} };
  const focusable = () => {
    const element = { hidden: false, textContent: '', focus: () => (page.focused = element) };
    return element;
  };
  /** Around the only field of the first form: a password or a code. */
  const field = { hidden: fieldHidden !== undefined };
  const input = (field: object) => {
    const element = {
      ...focusable(),
      value: '',
      invalid: undefined as string | undefined,
      closest: () => field,
      setAttribute: (_: string, value: string) => (element.invalid = value),
      focus: () => (page.focused = element),
    };
    return element;
  };
  const [password, email] = [input(field), input({})];
  const form = (hidden: boolean) => {
    const button = { disabled: false };
    return {
      hidden,
      password,
      code: password,
      email,
      button,
      submit: undefined as unknown as (event: object) => Promise<void>,
      querySelector: () => button,
      addEventListener(_: string, listener: (event: object) => Promise<void>) {
        this.submit = listener;
      },
    };
  };
  const [first, second] = [form(firstHidden !== undefined), form(secondHidden !== undefined)];
  // Some pages have another one.
  const third = form(false);
  const status = focusable();
  const lead = { hidden: false, textContent: '', dataset: Object.fromEntries(texts) };
  runInNewContext(script, {
    URLSearchParams,
    location: { search },
    document: {
      forms: [first, second, third],
      querySelector: (selector: string) => (selector === '[data-done]' ? lead : status),
      querySelectorAll: () => [password, email],
    },
    fetch: (path: string, { method, headers, body }: Sent) => {
      requests.push({ path, method, headers: { ...headers }, body });
      return page.nextStatus === 0
        ? Promise.reject(new TypeError('there is no network'))
        : Promise.resolve({
            status: page.nextStatus,
            ok: page.nextStatus < 400,
            json: () => Promise.resolve(page.nextProblem),
          });
    },
  });
  /** @param answer the status of the response; 0 for none */
  const submit = async (which: typeof first, answer: number, problem = {}): Promise<void> => {
    page.nextStatus = answer;
    page.nextProblem = problem;
    let prevented = false;
    await which.submit({ preventDefault: () => (prevented = true) });
    expect(prevented).toBe(true);
  };
  return {
    requests,
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

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
