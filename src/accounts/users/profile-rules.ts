/** BCP 47, such as `de-AT`. */
export function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/** A name of the IANA time zone database, such as `Europe/Vienna`. */
export function isTimezone(text: string): boolean {
  // Offsets such as +01:00 would be accepted below, but they know no summer time.
  if (!/^[A-Za-z]/.test(text)) {
    return false;
  }
  try {
    Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** As RFC 3986 has it, without the repairs that browsers make, and without credentials. */
export function isHttpsUrl(text: string): boolean {
  if (!/^https:\/\/[^\s/\\][^\s\\]*$/i.test(text) || !URL.canParse(text)) {
    return false;
  }
  const { username, password } = new URL(text);
  return username === '' && password === '';
}
