/** What follows redirects and keeps cookies, as a browser does. It ignores `Secure`, because tests use plain http. */
export class Browser {
  private readonly cookies = new Map<string, Map<string, string>>();

  /** @param hosts where the servers of some origins really are, by origin */
  constructor(private readonly hosts: Readonly<Record<string, string>> = {}) {}

  /**
   * Opens a URL and follows redirects, until one leads to a URL with the prefix, to a page, or to a form that posts
   * itself, which it posts.
   * @returns where it ended, and with which page, if not at the prefix
   */
  async open(url: string, until: string): Promise<Visit> {
    let visit = await this.visit(url);
    for (let hops = 0; hops < 20; hops += 1) {
      const form = visit.location === null ? formIn(visit.page) : undefined;
      const next = visit.location ?? form?.action;
      if (next === undefined || next.startsWith(until)) {
        return { ...visit, url: next ?? visit.url };
      }
      visit = await this.visit(next, form && { method: 'POST', body: form.fields });
    }
    throw new Error(`too many redirects, the last one to ${visit.location}`);
  }

  /** One request, without following anything. */
  async visit(url: string, init: RequestInit = {}): Promise<Visit> {
    const { origin } = new URL(url);
    const jar = this.cookies.get(origin) ?? new Map<string, string>();
    this.cookies.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { accept: 'text/html', ...(cookie === '' ? {} : { cookie }) };
    const target = url.replace(origin, this.hosts[origin] ?? origin);
    const response = await fetch(target, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) {
        jar.delete(name);
      } else {
        jar.set(name, value);
      }
    }
    const location = response.headers.get('location');
    return {
      url,
      status: response.status,
      headers: response.headers,
      location: location === null ? null : new URL(location, url).href,
      page: await response.text(),
    };
  }

  /** The cookies of an origin, by name. */
  cookiesOf(origin: string): ReadonlyMap<string, string> {
    return this.cookies.get(origin) ?? new Map<string, string>();
  }
}

export interface Visit {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly location: string | null;
  readonly page: string;
}

function formIn(page: string): { readonly action: string; readonly fields: URLSearchParams } | undefined {
  const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1];
  const inputs = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
    ([, name = '', value = '']): [string, string] => [name, unescaped(value)],
  );
  return action === undefined ? undefined : { action, fields: new URLSearchParams(inputs) };
}

function unescaped(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&#34;', '"').replaceAll('&amp;', '&');
}
