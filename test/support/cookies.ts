/** The cookie that a response sets, as a request sends it. An empty string if there's none. */
export function sentBack({ headers }: { readonly headers: Headers }): string {
  const [cookie = ''] = headers.getSetCookie();
  return cookie.split(';')[0] ?? '';
}
